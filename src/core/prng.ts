/** A stream of pseudo-random numbers that is the same for the same seed, on every machine. Not for secrets. */
export interface Prng {
  /** A whole number from 0 to 2^32 - 1. */
  nextUint32(): number;
  /** A whole number from 0 up to, not including, `bound` (1 to 2^32). */
  below(bound: number): number;
  /** One entry of a list that is not empty. */
  pick<T>(from: readonly [T, ...T[]]): T;
}

/**
 * Mulberry32 (Tommy Ettinger, public domain): 32 bits of state, passes gjrand; plenty for names and jitter.
 * `stream` separates users of one seed, so that drawing more for one thing does not change another.
 */
export function makePrng(seed: number, stream = ''): Prng {
  let state = mixIn(seed, stream);
  const nextUint32 = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (bound: number): number => Math.floor((nextUint32() / 2 ** 32) * bound);
  return { nextUint32, below, pick: (from) => from[below(from.length)] ?? from[0] };
}

/** FNV-1a over the stream's name, started from both halves of the seed. */
function mixIn(seed: number, stream: string): number {
  let hash = 0x811c9dc5;
  for (const byte of [...words(seed), ...new TextEncoder().encode(stream)]) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash;
}

function words(seed: number): readonly number[] {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, seed);
  return [...bytes];
}
