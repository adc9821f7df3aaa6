import type { MountEntry } from './mount-info.ts';

/** The mount in which a path lies, as a walk from `/` meets it: of mounts at one place the last covers the others. */
export function mountAt(entries: readonly MountEntry[], path: string): MountEntry | undefined {
  const ids = new Set(entries.map(({ id }) => id));
  let current = entries.find(({ parent, target }) => !ids.has(parent) && target === '/');
  for (let next = current; next !== undefined; next = firstOnTheWay(entries, next, path)) current = next;
  return current;
}

/** Of what is mounted on a mount, what the way to the path crosses first. */
function firstOnTheWay(
  entries: readonly MountEntry[],
  { id }: MountEntry,
  path: string,
): MountEntry | undefined {
  return entries
    .filter((each) => each.parent === id && each.id !== id && holds(each.target, path))
    .toSorted((a, b) => a.target.length - b.target.length)[0];
}

const holds = (target: string, path: string): boolean =>
  target === '/' || path === target || path.startsWith(`${target}/`);
