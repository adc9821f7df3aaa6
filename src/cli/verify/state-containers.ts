import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { isJsonObject, type Json } from '../../core/json.ts';
import type { Found, RunningContainer, RuntimeAccess } from './container-runtimes.ts';

interface StateFiles {
  readonly runtime: 'crun' | 'runc';
  /** In a folder of the container's id. */
  readonly file: string;
  /** The keys of its main process's number, and of when it started (proc(5), /proc/PID/stat field 22). */
  readonly pid: string;
  readonly start: string;
}

/** Reads what a runtime keeps of its containers: it has no daemon that could be asked, and may not be there any more. */
export async function stateContainers(
  files: StateFiles,
  wanted: string,
  { environment, uid }: RuntimeAccess,
): Promise<Found> {
  const user = environment.XDG_RUNTIME_DIR;
  const folders = ['/run', ...(user?.startsWith('/') === true ? [user] : [])].map(
    (parent) => `${parent}/${files.runtime}`,
  );
  const containers = folders.flatMap((folder) =>
    list(folder, uid)
      .filter((id) => id.startsWith(wanted))
      .flatMap((id) => readState(`${folder}/${id}/${files.file}`, id, files) ?? []),
  );
  const exact = containers.filter(({ id }) => id === wanted);
  return { containers: exact.length > 0 ? exact : containers, unasked: [] };
}

function readState(
  path: string,
  id: string,
  { runtime, pid, start }: StateFiles,
): RunningContainer | undefined {
  const state = parse(read(path));
  const number = state?.[pid];
  if (typeof number !== 'number') return undefined;
  // Another process may have the number by now.
  return startOf(number) === String(state?.[start]) ? { runtime, id, pid: number } : { runtime, id, pid: 0 };
}

function startOf(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

function parse(text: string | undefined) {
  try {
    const value: Json = JSON.parse(text ?? '');
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined; // half written, or of another version
  }
}

/** Of a runtime a file, and no larger than any it writes: a pipe would be waited for. */
function read(path: string): string | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const found = fstatSync(file);
    return found.isFile() && found.size <= mostStateBytes ? readFileSync(file, 'utf8') : undefined;
  } catch {
    return undefined; // it went away, or is not ours to read
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

const mostStateBytes = 4 * 2 ** 20;

/** Who has the folder says of what number a container is: root and this user are believed (`sudo` may keep the user's XDG_RUNTIME_DIR). */
function list(folder: string, ownUid: number): readonly string[] {
  try {
    const { uid } = lstatSync(folder);
    return uid === 0 || uid === ownUid ? readdirSync(folder) : [];
  } catch {
    return []; // no such runtime here
  }
}
