import { readFileSync } from 'node:fs';
import { isJsonObject, type JsonObject } from '../../../core/json.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import type { Credential } from './credential.ts';

/** Docker's config.json as far as it is about logins. */
export interface LoginFile {
  /** All of it, to be written back. */
  readonly whole: JsonObject;
  readonly logins: Readonly<Record<string, Credential>>;
  /** Which program has the login of a registry: `docker-credential-NAME`. */
  readonly helpers: Readonly<Record<string, string>>;
  /** The program for all others. */
  readonly store: string | undefined;
}

const nothing: LoginFile = { whole: {}, logins: {}, helpers: {}, store: undefined };

/** A file that does not exist holds nothing. */
export function readLoginFile(path: string): LoginFile {
  if (path === '') return nothing;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    if (code === 'ENOENT' || code === 'ENOTDIR') return nothing;
    throw new MayflyError('CONFIG_INVALID', `cannot read ${path}: ${code}`, { cause });
  }
  return parseLoginFile(text, path);
}

function parseLoginFile(text: string, path: string): LoginFile {
  let whole: unknown;
  try {
    whole = text.trim() === '' ? {} : JSON.parse(text);
  } catch (cause) {
    // Not what JSON.parse says: it shows what stands there, which may be a password.
    throw new MayflyError('CONFIG_INVALID', `${path} is no JSON`, { cause: String(cause).slice(0, 20) });
  }
  const root = objectOf(whole);
  if (root === undefined) throw new MayflyError('CONFIG_INVALID', `${path} is no JSON object`);
  const logins = Object.entries(objectOf(root.auths) ?? {}).flatMap(([registry, entry]) => {
    const credential = parseLogin(objectOf(entry) ?? {}, registry, path);
    return credential === undefined ? [] : [[registry, credential] as const];
  });
  return {
    whole: root,
    logins: Object.fromEntries(logins),
    helpers: Object.fromEntries(
      Object.entries(objectOf(root.credHelpers) ?? {}).flatMap(([registry, name]) =>
        typeof name === 'string' ? [[registry, name]] : [],
      ),
    ),
    store: typeof root.credsStore === 'string' && root.credsStore !== '' ? root.credsStore : undefined,
  };
}

/** docker/cli, configfile.go: an identity token wins over a password; an entry without anything says only that there is a login. */
function parseLogin(entry: JsonObject, registry: string, path: string): Credential | undefined {
  const text = (key: string): string | undefined => {
    const value = entry[key];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const [identity, direct] = [text('identitytoken'), text('registrytoken')];
  if (identity !== undefined) return { kind: 'identityToken', token: identity };
  if (direct !== undefined) return { kind: 'registryToken', token: direct };
  const packed = text('auth');
  if (packed === undefined) {
    const [username, password] = [text('username'), text('password')];
    return username === undefined || password === undefined
      ? undefined
      : { kind: 'password', username, password };
  }
  const plain = Buffer.from(packed, 'base64').toString('utf8').replace(/\0+$/, '');
  const colon = plain.indexOf(':');
  if (colon <= 0) throw new MayflyError('CONFIG_INVALID', `${path}: \`auth\` of ${registry} is no login`);
  return { kind: 'password', username: plain.slice(0, colon), password: plain.slice(colon + 1) };
}

/** The keys under which a registry's login may stand: as it is called, or, from older days, as a URL. */
export function matchLoginKey<T>(entries: Readonly<Record<string, T>>, loginName: string): T | undefined {
  if (Object.hasOwn(entries, loginName)) return entries[loginName];
  return Object.entries(entries).find(([key]) => isLoginKey(key, loginName))?.[1];
}

export function isLoginKey(key: string, loginName: string): boolean {
  return hostOf(key) === hostOf(loginName);
}

function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, '').split('/', 1)[0] ?? '';
}

function objectOf(value: unknown): JsonObject | undefined {
  // A value of JSON.parse.
  const json = value as JsonObject | undefined;
  return isJsonObject(json) ? json : undefined;
}
