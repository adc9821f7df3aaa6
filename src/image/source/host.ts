import { accessSync, constants, lstatSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { emptyImageConfig, type ImageSource } from '../../core/image.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { ProgramCollector } from '../host/add-program.ts';
import { certificatePaths, topLevelLinks } from '../host/base-files.ts';
import { HostTree } from '../host/host-tree.ts';
import { planHostLayers } from '../host/plan-host-layers.ts';
import type { SourceContext, SourcedImage } from '../image-source.ts';
import { readFileFact } from '../input-fact.ts';

/** Where Debian keeps servers, and what an ordinary user's PATH there lacks: `host: [nginx]` means the same to everybody. */
const serverPath = ['/usr/local/sbin', '/usr/sbin', '/sbin'];
const standardPath = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Programs of this machine with what they need to start: no download, no base image. */
export async function readHostImage(
  source: Extract<ImageSource, { kind: 'host' }>,
  context: SourceContext,
): Promise<SourcedImage> {
  const tree = new HostTree(context.limits);
  const find = (program: string): string => findProgram(program, tree, context);
  const collector = new ProgramCollector(tree, find);
  for (const path of topLevelLinks)
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) tree.add(path);
  const programs = source.programs.map(find);
  for (const path of programs) collector.add(path);
  for (const path of source.files) addFile(path, tree);
  for (const path of certificatePaths) if (tree.add(path) === undefined) tree.note(readFileFact(path));
  if (collector.needsLoaderCache) tree.add('/etc/ld.so.cache');
  const path = [...new Set([...standardPath, ...programs.map(dirname)])].join(':');
  return {
    config: { ...emptyImageConfig, environment: [`PATH=${path}`] },
    platform: context.platform,
    createdAt: '',
    references: [],
    layers: planHostLayers(tree.nodes),
    inputs: tree.inputs,
    blobs: [],
    warnings: [],
  };
}

/** Earlier directories of the search path that do not hold it are remembered: the day they do, the image changes. */
function findProgram(program: string, tree: HostTree, context: SourceContext): string {
  const place = program.includes('/') ? program : context.programPlaces[program];
  const directories = [...new Set([...context.searchPath, ...serverPath])];
  const candidates = place === undefined ? directories.map((directory) => join(directory, program)) : [place];
  for (const candidate of candidates) {
    if (isProgram(candidate)) return candidate;
    tree.note(readFileFact(candidate));
  }
  throw new MayflyError('IMAGE_HOST_PROGRAM_MISSING', `the program \`${program}\` is not on this machine`, {
    hint: `install it, or correct its name; looked in ${place === undefined ? directories.join(':') : place}`,
  });
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** A file, or a directory with everything in it. */
function addFile(path: string, tree: HostTree): void {
  const real = tree.add(path);
  if (real === undefined) throw new MayflyError('IMAGE_NOT_FOUND', `${path} does not exist on this machine`);
  if (tree.nodes.get(real)?.kind !== 'directory') return;
  for (const name of readdirSync(real)) {
    const child = join(real, name);
    const facts = lstatSync(child);
    if (facts.isDirectory()) addFile(child, tree);
    else if (facts.isFile() || facts.isSymbolicLink()) tree.add(child);
  }
}
