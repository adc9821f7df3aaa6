import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { makeCertificate } from '../image/registry/certificates.ts';
import { DebianRegistry } from '../image/registry/debian-registry.ts';
import { describeWithPrograms } from '../requires.ts';
import { type Ended, MayflyBench } from './mayfly-process.ts';

const login = 'ann:a secret: with colons';
const auth = Buffer.from(login).toString('base64');
const password = login.slice('ann:'.length);

/** Keeps logins in a file each, and speaks the protocol of docker-credential-helpers. */
const helper = `#!/bin/sh
cd "$HOME/kept" || exit 1
case "$1" in
  store) cat > login ;;
  get) read -r server; [ -e login ] && grep -q "\\"$server\\"" login && cat login && exit 0
       echo "credentials not found in native keychain"; exit 1 ;;
  erase) rm -f login ;;
esac
`;

describeWithPrograms(['docker-registry', 'htpasswd', 'openssl'], ['userns'], 'mayfly login', () => {
  let registry: DebianRegistry;
  let bench: MayflyBench;
  const tls = makeCertificate();
  beforeAll(async () => {
    registry = await DebianRegistry.start({ tls, login });
  });
  afterAll(() => registry[Symbol.asyncDispose]());
  beforeEach(() => {
    bench = new MayflyBench();
    bench.write('mayfly.config.yaml', `registries: { "${registry.host}": { ca: "${tls.certificate}" } }`);
  });
  afterEach(() => bench.remove());

  const enter = (given: string, environment: NodeJS.ProcessEnv = {}): Promise<Ended> => {
    const running = bench.start(
      ['login', '-u', 'ann', '--password-stdin', registry.host],
      environment,
      '.',
      given,
    );
    return running.ended;
  };
  const configPath = (): string => join(bench.folder, '.docker/config.json');
  const config = () => JSON.parse(readFileSync(configPath(), 'utf8'));

  test('a right password is kept as Docker keeps it, for its owner alone; all else of the file stays', async () => {
    bench.write('.docker/config.json', '{"psFormat":"table","auths":{"other.example":{"auth":"eDp5"}}}');
    const { status, out, err } = await enter(`${password}\n`);
    expect([status, out, err]).toEqual([0, 'Login Succeeded\n', expect.stringContaining('unencrypted')]);
    expect(config()).toEqual({
      psFormat: 'table',
      auths: { 'other.example': { auth: 'eDp5' }, [registry.host]: { auth } },
    });
    expect(statSync(configPath()).mode & 0o777).toBe(0o600);
  });

  test('a wrong one is not', async () => {
    const { status, err } = await enter('wrong');
    expect([status, err]).toEqual([2, expect.stringMatching(/REGISTRY_UNAUTHORIZED.*answers 401/)]);
    expect(() => config()).toThrow('ENOENT');
  });

  test('a helper gets it, hands it out and forgets it; the file only says that there is one', async () => {
    bench.write('bin/docker-credential-test', helper);
    bench.chmod('bin/docker-credential-test', 0o755);
    bench.write('kept/.keep', '');
    bench.write('.docker/config.json', '{"credsStore":"test"}');
    const environment = { PATH: `${bench.folder}/bin:${process.env.PATH}` };
    const { status, err } = await enter(password, environment);
    expect([status, err]).toEqual([0, '']);
    expect(config()).toEqual({ credsStore: 'test', auths: { [registry.host]: {} } });
    const pull = ['pull', `${registry.host}/team/nothing:1`];
    expect((await bench.run(pull, environment)).err).toContain('MANIFEST_UNKNOWN');
    const logout = await bench.run(['logout', registry.host], environment);
    expect(logout.out).toBe(`Removing login credentials for ${registry.host}\n`);
    expect((await bench.run(pull, environment)).err).toContain('answers 401');
  });

  test.each([
    ['fails', 'echo \'{"Secret":"hunter2hunter2"}\'; exit 3', 'get ended with 3'],
    ['says what is no JSON', 'echo hunter2hunter2', 'is no JSON'],
    ['tells why it fails where reasons go', 'echo hunter2hunter2; echo locked >&2; exit 3', 'locked'],
  ])(
    'a helper that %s: what it printed, which may be the secret, is shown nowhere',
    async (_, body, says) => {
      bench.write('bin/docker-credential-test', `#!/bin/sh\ncat >/dev/null\n${body}\n`);
      bench.chmod('bin/docker-credential-test', 0o755);
      bench.write('.docker/config.json', '{"credsStore":"test"}');
      const environment = { PATH: `${bench.folder}/bin:${process.env.PATH}`, MAYFLY_DEBUG: '1' };
      const { status, out, err } = await bench.run(['pull', `${registry.host}/team/app:1`], environment);
      expect(status).not.toBe(0);
      expect(err).toContain(says);
      expect(out + err).not.toContain('hunter2');
    },
  );

  test('a helper that fails to store a password does not repeat it to us', async () => {
    bench.write('bin/docker-credential-test', '#!/bin/sh\necho "no room for $(cat)"; exit 1\n');
    bench.chmod('bin/docker-credential-test', 0o755);
    bench.write('.docker/config.json', '{"credsStore":"test"}');
    const { status, err } = await enter(password, { PATH: `${bench.folder}/bin:${process.env.PATH}` });
    expect(status).not.toBe(0);
    expect(err).toContain('no room for');
    expect(err).not.toContain(password);
  });

  test('logout', async () => {
    await enter(password);
    const first = await bench.run(['logout', registry.host]);
    expect([first.status, first.out]).toEqual([0, `Removing login credentials for ${registry.host}\n`]);
    expect(config()).toEqual({ auths: {} });
    const second = await bench.run(['logout', registry.host]);
    expect(second.out).toBe(`Not logged in to ${registry.host}\n`);
  });

  test.each([
    ['{"auths":', 'is no JSON'],
    [`{"auths":{"REGISTRY":{"auth":"${Buffer.from('no colon').toString('base64')}"}}}`, 'is no login'],
    ['{"credsStore":"../../bin/sh"}', 'is no name of a credential helper'],
    ['{"credsStore":"missing"}', 'docker-credential-missing, which is not installed'],
  ])('a config.json that helps nobody: %j', async (text, message) => {
    bench.write('.docker/config.json', '');
    writeFileSync(configPath(), text.replace('REGISTRY', registry.host));
    const { status, err } = await bench.run(['pull', `${registry.host}/team/app:1`]);
    expect([status, err]).not.toEqual([0, expect.anything()]);
    expect(err).toContain(message);
  });

  test('nobody is there to be asked', async () => {
    const { status, err } = await bench.run(['login', registry.host]);
    expect([status, err]).toEqual([2, expect.stringContaining('--password-stdin')]);
  });
});
