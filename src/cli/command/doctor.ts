import { renderDoctor } from '../../report/render-doctor.ts';
import { defineCommand } from '../command.ts';
import { chooseDirectories } from '../host/directories.ts';
import { openEngine } from '../host/open-engine.ts';

export const doctorCommand = defineCommand({
  flags: { json: { kind: 'switch', what: 'For programs: the same as one JSON document' } },
  examples: [{ line: 'doctor', what: 'each feature, what was seen, what its lack costs and how to mend it' }],
  notes: ['Finds out by trying. Exit status: 0 scenarios can run here, 3 they cannot.'],
  async run({ flags }, surroundings) {
    const { stdout } = surroundings;
    const engine = await openEngine(0, chooseDirectories(surroundings), surroundings);
    const report = await engine.probeHost();
    const text = flags.json
      ? `${JSON.stringify({ format: 'mayfly-doctor', version: 1, ...report }, null, 2)}\n`
      : renderDoctor(report, { color: stdout.hasColor, columns: stdout.columns });
    stdout.write(text);
    const canRun = report.features.every(({ required, available }) => available || !required);
    return canRun ? 0 : 3;
  },
});
