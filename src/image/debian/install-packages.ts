import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MayflyError } from '../../core/mayfly-error.ts';
import { limitError } from '../image-limits.ts';
import type { SourceContext } from '../image-source.ts';
import type { LayerEntry } from '../layer/layer-entry.ts';
import type { ProgramCommand } from '../program-runner.ts';
import { readLines, stopOnAbort } from '../run-program.ts';
import { readLayerEntries } from '../tar/layer-entries.ts';
import { aptEnvironment } from './apt-runner.ts';
import { explainMmdebstrap } from './explain-mmdebstrap.ts';
import { renderProgress } from './mmdebstrap-progress.ts';
import { belongsToImage, type MmdebstrapRequest, planMmdebstrap } from './plan-mmdebstrap.ts';
import { readReleaseTime } from './read-release-time.ts';
import { installBytes, requireSpace } from './require-space.ts';

export interface InstallRequest extends MmdebstrapRequest {
  readonly mmdebstrap: string;
  readonly aptRoot: string;
  /** `134 packages (48 MB)`. */
  readonly what: string;
  /** Of all packages, packed. */
  readonly downloadBytes: number;
}

/** The file system that mmdebstrap makes, entry by entry. It counts only when mmdebstrap has ended well. */
export async function* installPackages(
  request: InstallRequest,
  context: SourceContext,
): AsyncGenerator<LayerEntry> {
  const { limits } = context;
  const late = AbortSignal.timeout(limits.debianMs);
  const signal = AbortSignal.any([context.signal, late]);
  const program = context.programs.start(await planCommand(request, context));
  using _ = stopOnAbort(program, signal);
  const lines = readLines(program.stderr, (line) => {
    const progress = renderProgress(line, request.what);
    if (progress !== undefined) context.onProgress(progress);
  });
  let read: 'all' | 'failed' | 'part' = 'part';
  let failure: unknown;
  try {
    for await (const entry of readLayerEntries(program.stdout, limits)) {
      if (belongsToImage(entry.name)) yield entry;
    }
    read = 'all';
  } catch (error) {
    // Nobody reads any more, by which mmdebstrap ends too and cleans up; or it was what ended.
    read = 'failed';
    failure = error;
  } finally {
    if (read === 'part') await program.stop();
  }
  const { code } = await program.ended;
  if (context.signal.aborted) throw context.signal.reason;
  if (late.aborted) throw limitError('debianMs', limits, 'installing took too long (milliseconds)');
  if (failure !== undefined && !isTruncation(failure)) throw failure;
  if (code !== 0) throw explainMmdebstrap(code, await lines, request.options);
  if (failure !== undefined) throw failure;
}

/** As when mmdebstrap fails while it writes; its own words say more. */
function isTruncation(failure: unknown): boolean {
  return failure instanceof MayflyError && failure.code === 'IMAGE_INVALID';
}

async function planCommand(request: InstallRequest, context: SourceContext): Promise<ProgramCommand> {
  const directory = await makeChrootDirectory(context);
  await requireSpace(directory, installBytes(request.downloadBytes));
  const epoch = await readReleaseTime(join(request.aptRoot, 'lists'));
  return {
    argv: planMmdebstrap(request.mmdebstrap, request),
    environment: {
      ...aptEnvironment,
      TMPDIR: directory,
      ...(epoch === undefined ? {} : { SOURCE_DATE_EPOCH: String(epoch) }),
    },
    workingDirectory: request.aptRoot,
  };
}

/** Where mmdebstrap makes its tree. An ordinary user's is written under subordinate ids: anybody's, for the directory. */
async function makeChrootDirectory(context: SourceContext): Promise<string> {
  const directory = join(await context.makePublicScratch(), 'chroot');
  await mkdir(directory);
  // mkdir(2) heeds the umask, chmod(2) does not. Not readable: the names in it are random.
  await chmod(directory, context.user.uid === 0 ? 0o711 : 0o1733);
  return directory;
}
