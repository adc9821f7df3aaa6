import { createHash } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { createRequire, Module } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import { Script } from 'node:vm';

interface LoadedProgram {
  readonly program: typeof import('./main.ts');
  /** Keeps the code that this process has compiled for the next one; once, and only what is not there yet. */
  readonly keepCode: () => void;
}

/**
 * Loads the bundle with the machine code's precursor that an earlier run left: a third of the time of a short command would go
 * into compiling the same functions again. The file is named by the content of the bundle, and by what V8 says its format depends
 * on (version, flags, processor), because V8 itself compares no more than the length of the source; and it begins with the digest of
 * what follows, because V8 crashes on what is broken.
 */
export function loadProgram(path: string, directory: string): LoadedProgram {
  const cache = join(directory, `${basename(path, '.cjs')}-${cachedDataVersionTag().toString(16)}`);
  const cachedData = readOwn(cache);
  const script = new Script(Module.wrap(readFileSync(path, 'latin1')), {
    filename: path,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(path), module, path, dirname(path));
  const isThere = cachedData !== undefined && script.cachedDataRejected === false;
  return {
    program: module.exports as LoadedProgram['program'],
    keepCode: isThere ? () => {} : () => keep(cache, script.createCachedData()),
  };
}

/** Whoever can write the file decides what this process does: it must be ours (or root's), and nobody else's to write. */
function readOwn(path: string): Buffer | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    return isOurs(fstatSync(file)) ? verified(readFileSync(file)) : undefined;
  } catch {
    return undefined; // not there yet, or not for us: then it is compiled
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

const isOurs = ({ uid, mode }: Stats): boolean =>
  (uid === 0 || uid === process.getuid?.()) && (mode & 0o022) === 0;

const digestBytes = 32;

function digestOf(code: Uint8Array): Buffer {
  return createHash('sha256').update(code).digest();
}

function verified(file: Buffer): Buffer | undefined {
  const code = file.subarray(digestBytes);
  return digestOf(code).equals(file.subarray(0, digestBytes)) ? code : undefined;
}

/** Whole or not at all, also after a power cut. What cannot be kept costs time and nothing else. */
function keep(path: string, code: Buffer): void {
  const directory = dirname(path);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const folder = lstatSync(directory);
    if (!folder.isDirectory() || !isOurs(folder)) return;
    const file = openSync(temporary, 'wx', 0o600);
    try {
      writeFileSync(file, Buffer.concat([digestOf(code), code]));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    for (const name of readdirSync(directory))
      if (isOutdated(name, basename(path))) removeIfThere(join(directory, name));
  } catch {
    removeIfThere(temporary);
  }
}

function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // nor could it be made there
  }
}

/** Ours, and of another build, or half written; other versions of Node may be in use beside this one. Nothing else is touched. */
function isOutdated(name: string, kept: string): boolean {
  const [, build, half] = /^(program-[A-Z0-9]+)-[0-9a-f]+(\.\d+\.tmp)?$/.exec(name) ?? [];
  return build !== undefined && (half !== undefined || !kept.startsWith(`${build}-`));
}
