import type { Witness } from '../../../core/probe.ts';

/** Addresses of the runner's own network namespace, without loopback and those that mean nothing beyond a link. */
export function hostAddresses(witness: Witness): readonly string[] {
  return [
    ...localFour(witness.readSelf('net/fib_trie') ?? ''),
    ...localSix(witness.readSelf('net/if_inet6') ?? ''),
  ];
}

/** net/ipv4/fib_trie.c: an address stands on the line before `/32 host LOCAL`. */
function localFour(trie: string): readonly string[] {
  const lines = trie.split('\n');
  const found = lines.flatMap((line, at) => {
    if (!line.includes('/32 host LOCAL')) return [];
    const address = /\|-- (\d+\.\d+\.\d+\.\d+)/.exec(lines[at - 1] ?? '')?.[1];
    return address === undefined || address.startsWith('127.') ? [] : [address];
  });
  return [...new Set(found)];
}

/** proc(5), /proc/net/if_inet6: address, index, prefix, scope, flags, name; scope 0 is global. */
function localSix(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const [digits, , , scope] = line.trim().split(/\s+/);
    return digits?.length === 32 && scope === '00' ? [digits.replace(/(.{4})(?=.)/g, '$1:')] : [];
  });
}
