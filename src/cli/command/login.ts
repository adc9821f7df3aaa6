import { parseRegistry } from '../../core/image-reference.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { checkLogin } from '../../image/registry/login/check-login.ts';
import { defineCommand } from '../command.ts';
import { openStoreWork } from '../images/open-store-work.ts';
import { keepLogin, knownUser } from '../images/registry-login.ts';
import { untilInterrupted } from '../images/until-interrupted.ts';
import type { Surroundings } from '../surroundings.ts';

export const loginCommand = defineCommand({
  flags: {
    username: { kind: 'text', short: 'u', value: 'NAME', what: 'Who you are there' },
    'password-stdin': { kind: 'switch', what: 'Read the password, or the token, from standard input' },
  },
  positional: { name: 'registry', what: 'HOST or HOST:PORT; Docker Hub by default', most: 1 },
  examples: [
    { line: 'login registry.example.org', what: 'asks for name and password' },
    { line: 'login -u ci --password-stdin registry.example.org < token', what: 'where nobody can be asked' },
  ],
  notes: [
    'The login is tried, and kept as `docker login` keeps it, so that it serves both: with the credential helper that config.json names, or in that file itself (~/.docker/config.json, or in $DOCKER_CONFIG), which then holds the password in the clear.',
  ],
  async run({ flags, positionals: [text] }, surroundings) {
    const registry = parseRegistry(text ?? 'docker.io');
    const { options } = await openStoreWork(surroundings);
    const registries = await options.readRegistries();
    const { stdout, stderr, randomBytes } = surroundings;
    return untilInterrupted(surroundings, async (signal) => {
      const context = { ...options, registries, randomBytes, signal };
      const username = flags.username ?? (await askName(knownUser(registry, context), surroundings));
      const password = flags['password-stdin']
        ? await readPassword(surroundings)
        : await askPassword(surroundings);
      const login = { kind: 'password', username, password } as const;
      await checkLogin(registry, login, context);
      const file = await keepLogin(registry, login, context);
      if (file !== undefined) {
        stderr.write(
          `WARNING! Your password is stored unencrypted in ${file}.\nA credential helper would keep it better.\n`,
        );
      }
      stdout.write('Login Succeeded\n');
      return 0;
    });
  },
});

/** A password is at most a long token. */
const passwordBytes = 65_536;

async function readPassword({ stdin }: Surroundings): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stdin.read()) {
    size += chunk.length;
    if (size > passwordBytes)
      throw new MayflyError('CLI_USAGE', `a password has at most ${passwordBytes} bytes`);
    chunks.push(chunk);
  }
  const password = Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
  if (password !== '') return password;
  throw new MayflyError('CLI_USAGE', 'there is no password on standard input');
}

async function askName(known: string | undefined, { stdin, stderr }: Surroundings): Promise<string> {
  if (!stdin.isTerminal) {
    throw new MayflyError('CLI_USAGE', 'nobody is there to be asked for a name', {
      hint: 'write `mayfly login --username NAME --password-stdin`',
    });
  }
  stderr.write(known === undefined ? 'Username: ' : `Username (${known}): `);
  const typed = (await stdin.readLine(false)).trim();
  const name = typed === '' ? (known ?? '') : typed;
  if (name !== '' && !name.includes(':')) return name;
  throw new MayflyError('CLI_USAGE', 'a name is needed, without a colon');
}

async function askPassword({ stdin, stderr }: Surroundings): Promise<string> {
  if (!stdin.isTerminal) {
    throw new MayflyError('CLI_USAGE', 'nobody is there to be asked for a password', {
      hint: 'add --password-stdin',
    });
  }
  stderr.write('Password: ');
  const password = await stdin.readLine(true);
  if (password !== '') return password;
  throw new MayflyError('CLI_USAGE', 'a password is needed');
}
