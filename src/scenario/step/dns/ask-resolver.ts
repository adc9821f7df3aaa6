import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { dialFailureOf } from '../../../core/dial-error.ts';
import type { Container } from '../../../core/engine.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import { textOf } from '../text-or-bytes.ts';
import { type DnsAnswer, encodeQuestion, parseAnswer, type RecordType } from './dns-message.ts';

const resolvConf = '/etc/resolv.conf';
const resolvConfBytes = 64 * 2 ** 10;
const dnsPort = 53;

export interface Question {
  readonly name: string;
  readonly type: RecordType;
}

/** Asks the server that programs of the container would ask, from within its network namespace; over TCP, which all have. */
export async function askResolver(
  container: Container,
  question: Question,
  signal: AbortSignal,
): Promise<DnsAnswer> {
  const server = await readNameserver(container);
  const query = encodeQuestion(question.name, question.type);
  if (query === undefined)
    throw new MayflyError('SCENARIO_WRONG_VALUE', `\`${question.name}\` is no name that DNS could have`);
  const message = await exchange(container, server, query, signal);
  const answer = parseAnswer(message, question.type);
  if (answer !== undefined) return answer;
  throw new MayflyError('NETWORK_FAILED', `the DNS server ${server} of \`${container.name}\` sent no answer`);
}

/** resolv.conf(5): the first is asked first. */
async function readNameserver(container: Container): Promise<string> {
  const isThere = (await container.stat(resolvConf)) !== undefined;
  const text = isThere ? textOf(await container.readFile(resolvConf, resolvConfBytes)) : '';
  const servers = [...text.matchAll(/^nameserver[ \t]+(\S+)/gm)].flatMap(([, server = '']) =>
    isIP(server) === 0 ? [] : [server],
  );
  const [first] = servers;
  if (first !== undefined) return first;
  throw new MayflyError('NETWORK_FAILED', `\`${container.name}\` has no DNS server in ${resolvConf}`, {
    hint: 'names are there for members of a network',
  });
}

async function exchange(
  container: Container,
  server: string,
  query: Uint8Array,
  signal: AbortSignal,
): Promise<Uint8Array> {
  let connection: Duplex | undefined;
  const stop = (): void => void connection?.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    connection = await container.dial(server, dnsPort, signal);
    connection.write(query);
    return await readFrame(connection);
  } catch (error) {
    if (signal.aborted || error instanceof MayflyError) throw error;
    const why = dialFailureOf(error) ?? 'reset';
    const message = `the DNS server ${server} of \`${container.name}\` does not answer: ${why}`;
    throw new MayflyError('NETWORK_FAILED', message, { cause: error });
  } finally {
    signal.removeEventListener('abort', stop);
    connection?.on('error', () => {});
    connection?.destroy();
  }
}

/** Two bytes of length, which limit it, and so many bytes. */
async function readFrame(connection: Duplex): Promise<Uint8Array> {
  let received = Buffer.alloc(0);
  for await (const chunk of connection) {
    received = Buffer.concat([received, chunk]);
    if (received.length < 2) continue;
    const end = 2 + received.readUInt16BE(0);
    if (received.length >= end) return received.subarray(2, end);
  }
  throw Object.assign(new Error('the connection ended within the answer'), { code: 'ECONNRESET' });
}
