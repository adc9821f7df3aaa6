import type { Container } from '../../../../src/core/engine.ts';
import { runIn } from './network-bed.ts';

/** What a program's own way of asking for a name came to: the addresses, sorted, or that the name does not exist. */
export type Resolved = readonly string[] | 'no such name';

export interface Resolver {
  readonly name: string;
  resolve(container: Container, host: string): Promise<Resolved>;
}

const address = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:]+)$/;

function addressesIn(words: readonly string[]): readonly string[] {
  return [...new Set(words.filter((word) => address.test(word)))].sort();
}

function unexpected(what: string, { stdout, stderr }: { stdout: string; stderr: string }): Error {
  return new Error(`${what} said something unexpected: ${stdout}${stderr}`);
}

/** glibc: getaddrinfo(3) for both families. Status 2 is "not found" (getent(1)). */
const getent: Resolver = {
  name: 'glibc (getent)',
  resolve: async (container, host) => {
    const done = await runIn(container, ['getent', 'ahosts', host]);
    if (done.status.code === 2 && done.stdout === '') return 'no such name';
    if (done.status.code !== 0) throw unexpected('getent', done);
    return addressesIn(done.stdout.split(/\s+/));
  },
};

/** Node: `dns.lookup`, which is the C library's answer. */
const node: Resolver = {
  name: 'node',
  resolve: async (container, host) => {
    const script = `require('node:dns').lookup(${JSON.stringify(host)}, { all: true }, (error, found) =>
      console.log(error ? error.code : found.map(({ address }) => address).join(' ')))`;
    const done = await runIn(container, ['node', '-e', script]);
    return done.stdout === 'ENOTFOUND\n' ? 'no such name' : addressesIn(done.stdout.trim().split(' '));
  },
};

/** musl asks for A and AAAA at once, and takes no answer of one of them for "no such name" only if both say so. */
const musl = (program: string): Resolver => ({
  name: 'musl',
  resolve: async (container, host) => {
    const done = await runIn(container, [program, host]);
    if (done.status.code === 2 && done.stdout === 'EAI_NONAME\n') return 'no such name';
    if (done.status.code !== 0) throw unexpected('musl-resolve', done);
    return addressesIn(done.stdout.split('\n'));
  },
});

/** busybox has a DNS client of its own. Its first lines name the server it asked. */
const busybox: Resolver = {
  name: 'busybox nslookup',
  resolve: async (container, host) => {
    const done = await runIn(container, ['busybox', 'nslookup', host]);
    const [server = '', ...answers] = done.stdout.split('\n\n');
    if (!server.includes('127.0.0.11')) throw unexpected('nslookup', done);
    if (/NXDOMAIN/.test(done.stdout + done.stderr)) return 'no such name';
    return addressesIn(answers.join('\n').split(/\s+/));
  },
};

export function resolvers(muslProgram: string): readonly Resolver[] {
  return [getent, node, musl(muslProgram), busybox];
}
