import fc from 'fast-check';

/** `npm run fuzz` asks for more inputs and other seeds than `npm test`. */
const runs = process.env.MAYFLY_FUZZ_RUNS;
const seed = process.env.MAYFLY_FUZZ_SEED;

fc.configureGlobal({
  ...(runs === undefined ? {} : { numRuns: Number(runs) }),
  ...(seed === undefined ? {} : { seed: Number(seed) }),
});
