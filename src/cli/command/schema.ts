import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { didYouMean } from '../../core/did-you-mean.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { defineCommand } from '../command.ts';

const schemas = ['scenario', 'report-json', 'report-event'] as const;

export const schemaCommand = defineCommand({
  flags: {},
  positional: { name: 'name', what: `${schemas.join(', ')}; scenario by default`, most: 1 },
  examples: [
    {
      line: 'schema > scenario.schema.json',
      what: 'for an editor: `# yaml-language-server: $schema=scenario.schema.json`',
    },
    { line: 'schema report-json', what: 'of `mayfly test --report json`' },
    { line: 'schema report-event', what: 'of a line of `mayfly test --report ndjson`' },
  ],
  async run({ positionals: [name = 'scenario'] }, { packageDirectory, stdout }) {
    if (!(schemas as readonly string[]).includes(name)) {
      const meant = didYouMean(name, schemas);
      const hint =
        meant === undefined ? `the schemas are ${schemas.join(', ')}` : `did you mean \`${meant}\`?`;
      throw new MayflyError('CLI_USAGE', `there is no schema \`${name}\``, { hint });
    }
    stdout.write(readFileSync(join(packageDirectory, 'schema', `${name}.schema.json`), 'utf8'));
    return 0;
  },
});
