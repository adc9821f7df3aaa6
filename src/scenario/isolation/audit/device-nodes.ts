import type { Probe } from '../../../core/probe.ts';
import { listInside } from '../calls.ts';
import { type InsideFile, lookAtFiles } from '../file-facts.ts';

export interface NodesInside {
  /** By path, with what could not be told. */
  readonly files: ReadonlyMap<string, InsideFile | { readonly error: string }>;
  /** Directories that could not be listed, and why. */
  readonly untold: readonly string[];
}

const [mostFiles, mostDepth] = [4096, 8];

/** Everything in /dev and below. */
export async function listDevices(probe: Probe): Promise<NodesInside> {
  const files = new Map<string, InsideFile | { readonly error: string }>();
  const untold: string[] = [];
  let directories: readonly string[] = ['/dev'];
  for (let depth = 0; directories.length > 0; depth += 1) {
    if (depth === mostDepth || files.size > mostFiles) {
      untold.push(`${directories[0]} and others: more than is looked at`);
      break;
    }
    const below: string[] = [];
    for (const directory of directories) {
      const list = await listInside(probe, directory);
      if ('error' in list) untold.push(`${directory} cannot be listed: ${list.error}`);
      else below.push(...list.names.map((name) => `${directory}/${name}`));
    }
    const found = await lookAtFiles(probe, below);
    for (const [path, file] of found) files.set(path, file);
    directories = below.filter((path) => {
      const file = found.get(path);
      return file !== undefined && 'type' in file && file.type === 'directory';
    });
  }
  return { files, untold };
}

/** `/dev/sda` of every node of a device that is asked for. */
export const nodesOf = ({ files }: NodesInside, isWanted: (file: InsideFile) => boolean): readonly string[] =>
  [...files].flatMap(([path, file]) => ('type' in file && isWanted(file) ? [path] : []));
