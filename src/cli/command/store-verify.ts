import { lockForAdding } from '../../image/store/store-lock.ts';
import { verifyStore } from '../../image/store/verify-store.ts';
import { defineCommand } from '../command.ts';
import { describeProblem } from '../images/describe-problem.ts';
import { openStoreWork } from '../images/open-store-work.ts';
import { readStore } from '../images/read-store.ts';
import { untilInterrupted } from '../images/until-interrupted.ts';

export const storeVerifyCommand = defineCommand({
  flags: {},
  examples: [{ line: 'store verify', what: 'reads every blob, and everything that is known of images' }],
  notes: ['Exit status: 0 the store is sound, 4 it is not. Changes nothing.'],
  async run(_given, surroundings) {
    return untilInterrupted(surroundings, async (signal) => {
      const { collecting } = await openStoreWork(surroundings);
      await using _reading = await lockForAdding(collecting.openByteLocker, collecting.paths, signal);
      const { paths, self, images } = await readStore(surroundings);
      const problems = await verifyStore(paths, self, signal);
      for (const problem of problems) surroundings.stdout.write(`${describeProblem(problem)}\n`);
      if (problems.length > 0) {
        surroundings.stderr.write('`mayfly store repair` takes away what is damaged.\n');
        return 4;
      }
      surroundings.stdout.write(`the store is sound: ${images.length} images\n`);
      return 0;
    });
  },
});
