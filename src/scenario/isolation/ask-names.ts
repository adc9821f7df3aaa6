import type { Probe } from '../../core/probe.ts';
import { parseIp } from '../plan/network/ip-address.ts';
import { type DnsAnswer, encodeQuestion, parseAnswer, type RecordType } from '../step/dns/dns-message.ts';
import { call, readInside } from './calls.ts';
import { familyOf, pollCall, socketAddress, socketType } from './inside-sockets.ts';

interface Question {
  readonly name: string;
  readonly type: RecordType;
}

const [dnsPort, mostBytes, pollIn, waitMs] = [53, 4096, 1, 1000];
const mostAttempts = 3;
/** In front of a message over TCP. */
const lengthBytes = 2;
/** Each has a socket of its own, so that no answer is another's. */
const mostAtOnce = 256;

/** The server of resolv.conf(5), asked from inside by UDP, all at once; undefined: it did not answer. */
export async function askNames(
  probe: Probe,
  questions: readonly Question[],
): Promise<readonly (DnsAnswer | undefined)[] | string> {
  const file = await readInside(probe, '/etc/resolv.conf');
  if ('error' in file) return `/etc/resolv.conf cannot be read: ${file.error}`;
  const server = parseIp(/^nameserver[ \t]+(\S+)/m.exec(file.text)?.[1] ?? '');
  if (server === undefined) return '/etc/resolv.conf names no server';
  const address = socketAddress({ ip: server, port: dnsPort });
  const answers: (DnsAnswer | undefined)[] = questions.map(() => undefined);
  // Datagrams may be lost, where a kernel is short of buffers: who asks asks again, as resolvers do.
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const open = questions.flatMap((question, at) => (answers[at] === undefined ? [{ question, at }] : []));
    for (let from = 0; from < open.length; from += mostAtOnce) {
      const some = open.slice(from, from + mostAtOnce);
      const asked = some.map(({ question }) => question);
      const said = await askSome(probe, familyOf(server), address, asked);
      for (const [index, { at }] of some.entries()) answers[at] = said[index];
    }
  }
  return answers;
}

async function askSome(
  probe: Probe,
  family: number,
  address: Uint8Array,
  questions: readonly Question[],
): Promise<readonly (DnsAnswer | undefined)[]> {
  const sent = await probe.calls(
    questions.flatMap(({ name, type }, at) => {
      const query = (encodeQuestion(name, type) ?? new Uint8Array()).subarray(lengthBytes);
      return [
        call('socket', family, socketType.datagram | socketType.nonBlocking, 0),
        call('sendto', { result: at * 2 }, query, query.length, 0, address, address.length),
      ];
    }),
  );
  const received = await probe.calls(
    questions.flatMap((_, at) => {
      const socket = sent[at * 2]?.value ?? -1;
      return [
        pollCall(socket, waitMs, pollIn),
        call('recvfrom', socket, { filled: mostBytes }, mostBytes, 0, 0, 0),
        call('close', socket),
      ];
    }),
  );
  return questions.map(({ type }, at) => {
    const answer = received[at * 3 + 1];
    if (answer === undefined || answer.value < 0) return undefined;
    return parseAnswer(answer.out[0] ?? new Uint8Array(), type);
  });
}
