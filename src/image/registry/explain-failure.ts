import { MayflyError } from '../../core/mayfly-error.ts';

export interface NetworkFailure {
  readonly error: MayflyError;
  /** Whether trying again may help. */
  readonly mayPass: boolean;
  /** Whether the other side does not speak TLS. */
  readonly isPlain: boolean;
}

const passing = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH'];
const passingOfUndici = [
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
];
const plainAnswers = [
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_HTTP_REQUEST',
];

/** What went wrong on the way to `name`; undefined when it was something else. */
export function explainFailure(error: unknown, name: string): NetworkFailure | undefined {
  if (error instanceof MayflyError) {
    // From AnswerBody: it was too slow.
    return error.code === 'IMAGE_UNREACHABLE' ? { error, mayPass: true, isPlain: false } : undefined;
  }
  if (!(error instanceof Error)) return undefined;
  // Of undici, which gives it no code.
  const code = error.name === 'HTTPParserError' ? 'UND_ERR_PARSER' : codeOf(error);
  if (code === undefined) return undefined;
  const unreachable = (why: string, hint?: string): MayflyError =>
    new MayflyError('IMAGE_UNREACHABLE', `${name} cannot be reached: ${why}`, {
      ...(hint === undefined ? {} : { hint }),
      cause: error,
    });
  if (isCertificateTrouble(code)) {
    const hint = `have its authority trusted: /etc/docker/certs.d/${name}/ca.crt, or \`registries: { "${name}": { ca: FILE } }\` in mayfly.config.yaml`;
    return {
      error: unreachable(`its certificate is not trusted (${code})`, hint),
      mayPass: false,
      isPlain: false,
    };
  }
  if (plainAnswers.includes(code)) {
    const hint = `if it has no TLS on purpose: \`registries: { "${name}": { http: true } }\` in mayfly.config.yaml`;
    return { error: unreachable('it does not speak TLS', hint), mayPass: false, isPlain: true };
  }
  const why: Readonly<Record<string, string>> = {
    ENOTFOUND: 'there is no host of that name',
    ECONNREFUSED: 'nothing listens there',
    UND_ERR_CONNECT_TIMEOUT: 'it takes no connection in time',
    UND_ERR_HEADERS_TIMEOUT: 'it does not answer in time',
    UND_ERR_BODY_TIMEOUT: 'it has stopped sending',
    UND_ERR_PARSER: 'it does not answer as HTTP has it',
    UND_ERR_HEADERS_OVERFLOW: 'its answer has too many headers',
  };
  const mayPass = passing.includes(code) || passingOfUndici.includes(code);
  return { error: unreachable(why[code] ?? `${error.message} (${code})`), mayPass, isPlain: false };
}

/** undici wraps; several addresses of a host fail as one AggregateError. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  const own = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const inner = codeOf(error.cause);
  if (own === 'UND_ERR_SOCKET' || own === undefined) return inner ?? own;
  return own;
}

function isCertificateTrouble(code: string): boolean {
  return /^(?:CERT_|ERR_TLS_CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(?:VERIFY|GET)_|HOSTNAME_MISMATCH)/.test(
    code,
  );
}
