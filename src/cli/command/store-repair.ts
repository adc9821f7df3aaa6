import { MayflyError } from '../../core/mayfly-error.ts';
import { repairStore } from '../../image/store/repair-store.ts';
import { defineCommand } from '../command.ts';
import { humanSize } from '../format/human-size.ts';
import { describeProblem } from '../images/describe-problem.ts';
import { openStoreWork } from '../images/open-store-work.ts';
import { untilInterrupted } from '../images/until-interrupted.ts';

export const storeRepairCommand = defineCommand({
  flags: {},
  examples: [{ line: 'store repair', what: 'takes away what is damaged, and what cannot be without it' }],
  notes: ['What a scenario needs of it is fetched or made anew when it is asked for.'],
  async run(_given, surroundings) {
    const { collecting } = await openStoreWork(surroundings);
    return untilInterrupted(surroundings, async (signal) => {
      const repaired = await repairStore(collecting, signal);
      if (repaired === undefined)
        throw new MayflyError('STORE_BUSY', 'another process adds to the store at this moment');
      const { problems, collected } = repaired;
      for (const problem of problems) surroundings.stdout.write(`mended: ${describeProblem(problem)}\n`);
      surroundings.stdout.write(`${problems.length} mended, ${humanSize(collected.freedBytes)} freed\n`);
      return 0;
    });
  },
});
