/** Numbers that depend on a seed alone (splitmix32), in [0, 2^32). Not for secrets. */
export function seededNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e37_79b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0_aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a_2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}

/** The same items in an order that depends on the seed alone (Fisher–Yates). */
export function seededShuffle<T>(items: readonly T[], seed: number): readonly T[] {
  const next = seededNumbers(seed);
  const shuffled: T[] = [];
  for (const item of items) {
    const at = next() % (shuffled.length + 1);
    shuffled.push(...shuffled.splice(at, 1, item));
  }
  return shuffled;
}
