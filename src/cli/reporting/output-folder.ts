import { writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { RunContext } from '../../scenario/run/run-context.ts';
import { makeFolders } from './make-folders.ts';
import { TextFile } from './text-file.ts';

/** Where `--output` keeps logs, evidence and what `save` saves. */
export function openOutputFolder(folder: string): Required<Pick<RunContext, 'saveEvidence' | 'openLog'>> {
  try {
    makeFolders(folder);
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new MayflyError('CLI_USAGE', `cannot make the folder of \`--output\`, ${folder}: ${why}`, {
      cause,
      hint: 'choose another place',
    });
  }
  return {
    saveEvidence: async (path, bytes) => {
      const target = inside(folder, path);
      makeFolders(dirname(target));
      await writeFile(target, bytes);
    },
    openLog: (path) => TextFile.open(inside(folder, path), 'a log'),
  };
}

/** The runner has judged the path already; this is the second lock. */
function inside(folder: string, path: string): string {
  const target = resolve(join(folder, path));
  if (target.startsWith(`${resolve(folder)}${sep}`)) return target;
  throw new MayflyError('SCENARIO_FORBIDDEN', `\`${path}\` does not lie below --output`);
}
