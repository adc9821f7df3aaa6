import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { MayflyBench, program } from '../../../cli/mayfly-process.ts';

/** Addresses for documentation (RFC 5737, RFC 3849), which no machine has, and some that have an owner: here they are ours. */
export const standIn = {
  host4: '198.51.100.10',
  host6: '2001:db8:1::10',
  server4: '203.0.113.5',
  server6: '2001:db8:5::5',
  metadata4: '169.254.169.254',
  /** Which the `connectivity` step asks for `internet`. */
  internet4: '1.1.1.1',
  internet6: '2606:4700:4700::1111',
} as const;

/** Which pasta needs; some hosts keep it to root. */
export function hasTun(): boolean {
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The server of the stand-in internet: a page, and DNS for one name. Both say `ready` when they listen. */
const internet = `
  const http = require('node:http'), dgram = require('node:dgram');
  const page = http.createServer((_, response) => response.end('the outside'));
  page.listen(8080, '::', () => console.log('ready'));
  const dns = dgram.createSocket('udp4');
  dns.on('message', (query, from) => {
    const end = query.indexOf(0, 12) + 5;
    const isA = query.readUInt16BE(end - 4) === 1 && query.toString('latin1', 12, end - 5) === '\\x03www\\x07outside\\x04test';
    const answer = Buffer.from('c00c00010001000000050004cb007105', 'hex');
    const head = Buffer.from(query.subarray(0, 12));
    head.writeUInt16BE(0x8180, 2);
    head.writeUInt16BE(isA ? 1 : 0, 6);
    head.writeUInt32BE(0, 8);
    dns.send(Buffer.concat([head, query.subarray(12, end), ...(isA ? [answer] : [])]), from.port, from.address);
  }).bind(53, '${standIn.server4}', () => console.log('ready'));`;

/** The host's own server, on all of its addresses: nothing of it may be reached. */
const hostServer = `require('node:http').createServer((_, response) => response.end('the host')).listen(8080, '::', () => console.log('ready'))`;

/**
 * Two network namespaces joined by a veth: the "host" Mayfly runs in, and the "internet" with a server. Nothing of the machine's
 * own network is in either, and both end with this shell. Whoever is ready says so into one fifo.
 */
const world = `set -e
mkfifo ready
unshare -n sh -c 'echo ready; exec sleep infinity' >ready & there=$!
trap 'kill $there $servers' EXIT
exec 3<ready
ready() { for each in $(seq "$1"); do read -r line <&3; done; }
ready 1
there() { nsenter -n -t $there "$@"; }
ip link add up0 type veth peer name up1 netns $there
ip addr add ${standIn.host4}/24 dev up0
ip addr add ${standIn.host6}/64 dev up0 nodad
there ip addr add 198.51.100.1/24 dev up1
there ip addr add 2001:db8:1::1/64 dev up1 nodad
for each in ${standIn.server4}/32 ${standIn.metadata4}/32 ${standIn.internet4}/32 ${standIn.server6}/128 ${standIn.internet6}/128; do there ip addr add $each dev lo; done
for each in lo up1; do there ip link set $each up; done
for each in lo up0; do ip link set $each up; done
ip route add default via 198.51.100.1
ip -6 route add default via 2001:db8:1::1
nsenter -n -t $there "$NODE" -e "$INTERNET" >ready & servers=$!
"$NODE" -e "$HOST_SERVER" >ready & servers="$servers $!"
ready 3
PATH="\${MAYFLY_PATH:-$PATH}" "$NODE" "$@"`;

export interface Ended {
  readonly status: number | null;
  readonly text: string;
}

/** Runs the built command on the stand-in host, once. Root only: the ways out need /dev/net/tun. */
export class ClosedWorld {
  readonly #bench = new MayflyBench();

  write(path: string, text: string): string {
    return this.#bench.write(path, text);
  }

  /** `searchPath`: where Mayfly looks for programs. */
  async mayfly(args: readonly string[], searchPath = ''): Promise<Ended> {
    const { folder, places } = this.#bench;
    rmSync(join(folder, 'ready'), { force: true });
    const child = spawn('unshare', ['--net', '--kill-child', 'sh', '-c', world, 'world', program, ...args], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        NODE: process.execPath,
        INTERNET: internet,
        HOST_SERVER: hostServer,
        MAYFLY_PATH: searchPath,
        ...places,
      },
    });
    const [out, err, [status]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    return { status, text: out + err };
  }

  remove(): void {
    this.#bench.remove();
  }
}
