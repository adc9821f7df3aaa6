import { readFileSync, statSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import { defaultLimits } from '../../scenario/load/limits.ts';
import type { Links } from '../../scenario/load/link/links.ts';
import { showPath } from './show-path.ts';

/**
 * How a scenario file reaches what it includes: below its own folder and below the working directory, which is the project;
 * anywhere if host paths are allowed.
 */
export function openLinks(path: string, workingDirectory: string, allowAnywhere: boolean): Links {
  const roots = [dirname(path), workingDirectory];
  return {
    path,
    read: (linked) => {
      const file = showPath(linked, workingDirectory);
      if (
        !allowAnywhere &&
        !roots.some((root) => linked.startsWith(root.endsWith(sep) ? root : root + sep))
      ) {
        return {
          kind: 'refused',
          code: 'SCENARIO_FORBIDDEN',
          message: `\`${file}\` lies outside of the scenario's folder and of this one`,
          hint: 'copy it into the project, or run with --allow-host-binds',
        };
      }
      return readLinked(linked, file);
    },
  };
}

const notFoundHint = 'a path counts from the folder of the file it is written in';

function readLinked(path: string, file: string): ReturnType<Links['read']> {
  try {
    const facts = statSync(path);
    if (!facts.isFile())
      return { kind: 'refused', code: 'SCENARIO_UNREADABLE', message: `\`${file}\` is no file` };
    if (facts.size > defaultLimits.fileBytes) {
      const message = `\`${file}\` has ${facts.size} bytes; the limit \`fileBytes\` is ${defaultLimits.fileBytes}`;
      return { kind: 'refused', code: 'SCENARIO_LIMIT', message };
    }
    return { kind: 'text', file, text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return {
        kind: 'refused',
        code: 'SCENARIO_NOT_FOUND',
        message: `there is no \`${file}\``,
        hint: notFoundHint,
      };
    }
    const message = error instanceof TypeError ? `${file} is not UTF-8` : `cannot read ${file}: ${code}`;
    return { kind: 'refused', code: 'SCENARIO_UNREADABLE', message };
  }
}
