import type { Container } from '../../core/engine.ts';
import { textOf } from './text-or-bytes.ts';

/** Numbers to names, as the image's own passwd and group files say; a number without a name is its own. */
export interface OwnerNames {
  user(uid: number): string;
  group(gid: number): string;
}

/** Larger than any honest one. */
const maxBytes = 4 * 2 ** 20;

/** Reads the files only if a check asks for a name. */
export async function readOwnerNames(
  container: Container,
  checks: readonly { readonly asked: ReadonlySet<string> }[],
): Promise<OwnerNames> {
  const wants = (key: string): boolean => checks.some(({ asked }) => asked.has(key));
  const [users, groups] = await Promise.all([
    wants('owner') ? readNames(container, '/etc/passwd') : new Map<number, string>(),
    wants('group') ? readNames(container, '/etc/group') : new Map<number, string>(),
  ]);
  return { user: (uid) => users.get(uid) ?? String(uid), group: (gid) => groups.get(gid) ?? String(gid) };
}

async function readNames(container: Container, path: string): Promise<ReadonlyMap<number, string>> {
  if ((await container.stat(path)) === undefined) return new Map();
  const lines = textOf(await container.readFile(path, maxBytes)).split('\n');
  return new Map(
    lines.toReversed().flatMap((line) => {
      const [name = '', , id] = line.split(':');
      return id === undefined ? [] : [[Number(id), name] as const];
    }),
  );
}
