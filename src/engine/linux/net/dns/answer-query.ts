import type { IpAddress } from '../ip.ts';
import type { DnsRecord } from './encode-response.ts';
import { classInternet, type DnsQuery, type Rcode, rcodes, recordTypes } from './query.ts';
import { type NamedMember, resolveAddress, resolveName } from './resolve-names.ts';
import { isPrivate, parseReverseName } from './reverse-name.ts';

export type Answer =
  | { readonly kind: 'answer'; readonly rcode: Rcode; readonly records: readonly DnsRecord[] }
  /** Mayfly does not know, but a server outside may. */
  | { readonly kind: 'forward' };

export interface Knowledge {
  /** Name of the container that asks: known from the socket the query came in by, never from what it says. */
  readonly asker: string;
  readonly members: readonly NamedMember[];
  /** Only with egress. */
  readonly mayForward: boolean;
  readonly seed: number;
}

/** Unknown names are refused at once: there is nobody further to ask, and waiting would cost each client its time-out. */
export function answerQuery({ question, edns }: DnsQuery, knowledge: Knowledge): Answer {
  if (edns !== undefined && edns.version > 0) return negative(rcodes.badVersion);
  if (question.class !== classInternet) return negative(rcodes.refused);
  const reversed = parseReverseName(question.name);
  return reversed === undefined
    ? answerName(question, knowledge)
    : answerReverse(question, reversed, knowledge);
}

/** A name that is known but has no record of the type asked is no error: the answer is empty (RFC 2308 2.2). */
function answerName({ name, type }: DnsQuery['question'], knowledge: Knowledge): Answer {
  const addresses = resolveName(name, knowledge.asker, knowledge.members, knowledge.seed);
  // A name of one label is a neighbour's or nobody's.
  if (addresses === undefined)
    return knowledge.mayForward && name.includes('.') ? { kind: 'forward' } : negative(rcodes.noSuchName);
  const wanted = addresses.filter(({ family }) => type === recordTypes.any || type === addressType[family]);
  return positive(wanted.map((address) => ({ kind: 'address', address })));
}

function answerReverse({ type }: DnsQuery['question'], ip: IpAddress, knowledge: Knowledge): Answer {
  const name = resolveAddress(ip, knowledge.asker, knowledge.members);
  if (name === undefined)
    return knowledge.mayForward && !isPrivate(ip) ? { kind: 'forward' } : negative(rcodes.noSuchName);
  return positive(type === recordTypes.ptr || type === recordTypes.any ? [{ kind: 'pointer', name }] : []);
}

const addressType = { 4: recordTypes.a, 6: recordTypes.aaaa } as const;

const positive = (records: readonly DnsRecord[]): Answer => ({
  kind: 'answer',
  rcode: rcodes.noError,
  records,
});
const negative = (rcode: Rcode): Answer => ({ kind: 'answer', rcode, records: [] });
