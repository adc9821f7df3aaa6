import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Seconds since 1970 of the newest `Date:` among the lists' InRelease files. It becomes SOURCE_DATE_EPOCH, so that the same
 * packages make the same file system whenever that happens (reproducible-builds.org).
 */
export async function readReleaseTime(listsDirectory: string): Promise<number | undefined> {
  const names = (await readdir(listsDirectory)).filter((name) => /_(?:In)?Release$/.test(name));
  const texts = await Promise.all(names.map((name) => readFile(join(listsDirectory, name), 'utf8')));
  const times = texts.map(parseReleaseTime).filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.max(...times);
}

function parseReleaseTime(text: string): number | undefined {
  const ms = Date.parse(/^Date: (.+)$/m.exec(text)?.[1] ?? '');
  return Number.isFinite(ms) ? Math.floor(ms / 1000) : undefined;
}
