import type { StageFiles } from '../stage-files.ts';
import type { Owner } from './copy-target.ts';

/** Of /etc/passwd and /etc/group: far above what systems have. */
const mostBytes = 4 * 2 ** 20;

/** `--chown=user[:group]`, names as the stage's own /etc/passwd and /etc/group have them. Without a group it is the user's number. */
export async function resolveOwner(text: string, files: StageFiles): Promise<Owner> {
  const [user = '', group] = text.split(':');
  const account = await findAccount(files, '/etc/passwd', user);
  const uid = numberOf(user) ?? account?.id;
  if (uid === undefined) throw new Error(`there is no user \`${user}\` in the image's /etc/passwd`);
  if (group === undefined || group === '') return { uid, gid: numberOf(user) ?? account?.gid ?? uid };
  const gid = numberOf(group) ?? (await findAccount(files, '/etc/group', group))?.id;
  if (gid === undefined) throw new Error(`there is no group \`${group}\` in the image's /etc/group`);
  return { uid, gid };
}

function numberOf(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

async function findAccount(
  files: StageFiles,
  path: string,
  name: string,
): Promise<{ readonly id: number; readonly gid: number | undefined } | undefined> {
  if (numberOf(name) !== undefined || (await files.stat(path))?.type !== 'file') return undefined;
  const text = Buffer.from(await files.readFile(path, mostBytes)).toString();
  const fields = text.split('\n').map((line) => line.split(':'));
  const found = fields.find(([each]) => each === name);
  const id = numberOf(found?.[2] ?? '');
  return id === undefined ? undefined : { id, gid: numberOf(found?.[3] ?? '') };
}
