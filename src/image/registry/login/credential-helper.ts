import { MayflyError } from '../../../core/mayfly-error.ts';
import type { ProgramRunner } from '../../program-runner.ts';
import { JsonReader } from '../../read-json.ts';
import { type ProgramResult, runProgram } from '../../run-program.ts';
import type { Credential } from './credential.ts';

/** Standard input of our programs is not theirs (see ProgramRunner), so that a shell hands them what they are to read. */
const handOver = 'input=$MAYFLY_HELPER_INPUT; unset MAYFLY_HELPER_INPUT; printf "%s" "$input" | "$@"';

const helperMs = 60_000;

/** A program that keeps logins: `docker-credential-NAME` (github.com/docker/docker-credential-helpers). */
export class CredentialHelper {
  readonly #name: string;
  readonly #programs: ProgramRunner;
  readonly #environment: Readonly<Record<string, string>>;

  constructor(name: string, programs: ProgramRunner, environment: Readonly<Record<string, string>>) {
    if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name))
      throw new MayflyError('CONFIG_INVALID', `${JSON.stringify(name)} is no name of a credential helper`);
    this.#name = `docker-credential-${name}`;
    this.#programs = programs;
    this.#environment = environment;
  }

  async get(registry: string, signal: AbortSignal): Promise<Credential | undefined> {
    const { code, stdout, stderr } = await this.#run('get', registry, signal);
    if (code !== 0) {
      // The words of the protocol for "there is none"; they come on standard output.
      if (/credentials not found/i.test(`${stdout}\n${stderr.join('\n')}`)) return undefined;
      throw this.#failed('get', code, stderr.at(-1) ?? '');
    }
    const json = JsonReader.parse(Buffer.from(stdout), `what ${this.#name} says`);
    const [username, secret] = [json.text('Username') ?? '', json.text('Secret') ?? ''];
    if (secret === '') return undefined;
    return username === '<token>'
      ? { kind: 'identityToken', token: secret }
      : { kind: 'password', username, password: secret };
  }

  async store(
    registry: string,
    { username, password }: Extract<Credential, { kind: 'password' }>,
    signal: AbortSignal,
  ): Promise<void> {
    const input = JSON.stringify({ ServerURL: registry, Username: username, Secret: password });
    const { code, stdout, stderr } = await this.#run('store', input, signal);
    if (code === 0) return;
    const said = (stderr.at(-1) ?? firstLine(stdout)).replaceAll(password, '…');
    throw this.#failed('store', code, said);
  }

  async erase(registry: string, signal: AbortSignal): Promise<void> {
    const { code, stdout, stderr } = await this.#run('erase', registry, signal);
    if (code !== 0 && !/credentials not found/i.test(`${stdout}\n${stderr.join('\n')}`))
      throw this.#failed('erase', code, stderr.at(-1) ?? firstLine(stdout));
  }

  async #run(action: string, input: string, signal: AbortSignal): Promise<ProgramResult> {
    const path = await this.#programs.find(this.#name);
    if (path === undefined) {
      throw new MayflyError(
        'HOST_MISSING_PROGRAM',
        `logins are kept by ${this.#name}, which is not installed`,
        {
          hint: "install it, or take it out of Docker's config.json",
        },
      );
    }
    return runProgram(
      this.#programs,
      {
        argv: ['/bin/sh', '-c', handOver, 'sh', path, action],
        environment: { ...this.#environment, MAYFLY_HELPER_INPUT: input },
        workingDirectory: '/',
      },
      { signal: AbortSignal.any([signal, AbortSignal.timeout(helperMs)]) },
    );
  }

  /** The protocol has reasons on standard output; after `get` that may be the secret, and is shown to nobody. */
  #failed(action: string, code: number, said: string): MayflyError {
    const end = said === '' ? '' : `: ${said.slice(0, 200)}`;
    return new MayflyError('REGISTRY_UNAUTHORIZED', `${this.#name} ${action} ended with ${code}${end}`, {
      hint: 'see what the helper needs',
    });
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
