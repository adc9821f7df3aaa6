import { MayflyError } from '../../core/mayfly-error.ts';

export interface FakeUser {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  readonly home: string;
}

interface Line {
  readonly name: string;
  readonly id: number;
  readonly fields: readonly string[];
}

/** `user[:group]` as Docker resolves it in the image's passwd and group files. */
export function resolveFakeUser(
  wanted: string,
  groupAdd: readonly string[],
  passwd: string,
  group: string,
): FakeUser {
  const [userWord = '', groupWord] = (wanted === '' ? '0' : wanted).split(':');
  const users = parseLines(passwd);
  const groups = parseLines(group);
  const user = find(users, userWord);
  if (user === undefined && !isNumber(userWord))
    throw new MayflyError('USER_NOT_FOUND', `no user \`${userWord}\` in the image`);
  const gidOf = (word: string): number => {
    const found = find(groups, word);
    if (found === undefined && !isNumber(word))
      throw new MayflyError('USER_NOT_FOUND', `no group \`${word}\` in the image`);
    return found?.id ?? Number(word);
  };
  const gid = groupWord === undefined ? Number(user?.fields[3] ?? 0) : gidOf(groupWord);
  return {
    uid: user?.id ?? Number(userWord),
    gid,
    groups: groupAdd.map(gidOf),
    home: user?.fields[5] ?? '/',
  };
}

function find(lines: readonly Line[], word: string): Line | undefined {
  return (
    lines.find(({ name }) => name === word) ?? lines.find(({ id }) => isNumber(word) && id === Number(word))
  );
}

function isNumber(word: string): boolean {
  return /^\d+$/.test(word);
}

function parseLines(text: string): readonly Line[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.split(':');
    return fields.length < 3 ? [] : [{ name: fields[0] ?? '', id: Number(fields[2]), fields }];
  });
}
