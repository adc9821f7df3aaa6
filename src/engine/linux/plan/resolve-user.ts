import { MayflyError } from '../../../core/mayfly-error.ts';

export interface ResolvedUser {
  readonly uid: number;
  readonly gid: number;
  /** For setgroups(2); the primary group is among them (CVE-2022-36109: else its denials could be evaded). */
  readonly groups: readonly number[];
  readonly home: string;
}

/** Contents of the image's /etc/passwd and /etc/group; empty where it has none. */
export interface UserDatabase {
  readonly passwd: string;
  readonly group: string;
}

interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** uid_t has 32 bits, the last of which means "unchanged"; Docker stops at 2^31 - 1. */
const highestId = 0x7fff_ffff;

/**
 * `user[:group]` of a service or an image as Docker understands it: names and numbers, looked up in the image. A number need not
 * be in the image; it then has group 0 and `/` as home. With a group given, the user's other groups do not count.
 */
export function resolveUser(
  written: string,
  groupAdd: readonly string[],
  database: UserDatabase,
): ResolvedUser {
  const [userPart = '', groupPart] = splitOnce(written);
  const groups = parseGroup(database.group);
  const user = findUser(userPart === '' ? '0' : userPart, parsePasswd(database.passwd));
  const gid = groupPart === undefined || groupPart === '' ? user.gid : findGroup(groupPart, groups);
  const memberships = groupPart === undefined || groupPart === '' ? groupsOf(user.name, groups) : [];
  const added = groupAdd.map((name) => findGroup(name, groups));
  return { uid: user.uid, gid, groups: [...new Set([gid, ...memberships, ...added])], home: user.home };
}

function findUser(wanted: string, entries: readonly PasswdEntry[]): PasswdEntry {
  const number = parseId(wanted);
  const entry = entries.find(({ name, uid }) => name === wanted || uid === number);
  if (entry !== undefined) return { ...entry, home: entry.home === '' ? '/' : entry.home };
  if (number !== undefined) return { name: '', uid: number, gid: 0, home: '/' };
  throw new MayflyError(
    'USER_NOT_FOUND',
    `there is no user ${JSON.stringify(wanted)} in the image's /etc/passwd`,
  );
}

function findGroup(wanted: string, entries: readonly GroupEntry[]): number {
  const number = parseId(wanted);
  const entry = entries.find(({ name, gid }) => name === wanted || gid === number);
  const gid = entry?.gid ?? number;
  if (gid !== undefined) return gid;
  throw new MayflyError(
    'USER_NOT_FOUND',
    `there is no group ${JSON.stringify(wanted)} in the image's /etc/group`,
    {
      hint: 'use a numeric id, or add the group to the image',
    },
  );
}

function groupsOf(user: string, entries: readonly GroupEntry[]): readonly number[] {
  return user === '' ? [] : entries.filter(({ members }) => members.includes(user)).map(({ gid }) => gid);
}

/** passwd(5). Lines that make no sense are passed over, as the C library does. */
function parsePasswd(text: string): readonly PasswdEntry[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', , uidText = '', gidText = '', , home = ''] = line.split(':');
    const uid = parseId(uidText);
    return name === '' || uid === undefined ? [] : [{ name, uid, gid: parseId(gidText) ?? 0, home }];
  });
}

/** group(5). */
function parseGroup(text: string): readonly GroupEntry[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', , gidText = '', memberText = ''] = line.split(':');
    const gid = parseId(gidText);
    const members = memberText
      .trim()
      .split(',')
      .filter((member) => member !== '');
    return name === '' || gid === undefined ? [] : [{ name, gid, members }];
  });
}

function parseId(text: string): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined;
  const id = Number(text);
  return id <= highestId ? id : undefined;
}

function splitOnce(written: string): readonly [string, string | undefined] {
  const colon = written.indexOf(':');
  return colon < 0 ? [written, undefined] : [written.slice(0, colon), written.slice(colon + 1)];
}
