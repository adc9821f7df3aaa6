import type { Masker } from '../mask/create-masker.ts';
import { nameOfPath } from '../plan/name-of-path.ts';
import { evidencePath } from '../step/unpack-evidence.ts';

type Save = (path: string, bytes: Uint8Array) => Promise<void>;

/** Files of one attempt below `--output`: in a folder of their own, and without secrets (language.md R8). */
export function openEvidence(save: Save | undefined, masker: Masker, folder: string): Save | undefined {
  if (save === undefined) return undefined;
  return (path, bytes) => save(`${folder}/${evidencePath(path)}`, maskBytes(bytes, masker));
}

/**
 * `scenarios/shop.yaml[db=pg]` → `scenarios/shop.yaml_db=pg_`; a retry's own folder is `….attempt2`. The case `/cases/0[2]` has
 * `cases-0-2` in it.
 */
export function evidenceFolder(scenario: string, attempt: number, casePath?: string): string {
  const parts = scenario.split('/').map((part) => part.replace(/[^\w.=,+@-]/g, '_').replace(/^\.+$/, '_'));
  const folder = parts.filter((part) => part !== '').join('/');
  const ofAttempt = attempt === 1 ? folder : `${folder}.attempt${attempt}`;
  return casePath === undefined ? ofAttempt : `${ofAttempt}/${nameOfPath(casePath)}`;
}

/** Text is masked as text. Other bytes are masked as Latin-1, which keeps every byte and finds every secret in ASCII. */
function maskBytes(bytes: Uint8Array, masker: Masker): Uint8Array {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = buffer.toString('utf8');
  const encoding = Buffer.from(text, 'utf8').equals(buffer) ? 'utf8' : 'latin1';
  return Buffer.from(masker.text(buffer.toString(encoding)), encoding);
}
