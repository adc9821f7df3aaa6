import { isJsonObject, type JsonObject } from '../../../core/json.ts';
import type { Credential } from './credential.ts';
import { isLoginKey, type LoginFile } from './login-file.ts';

/** Docker's config.json with a login more; without one that is kept elsewhere, only that there is one. */
export function addLogin(
  { whole }: LoginFile,
  loginName: string,
  login: Extract<Credential, { kind: 'password' }> | undefined,
): string {
  const others = withoutKeys(authsOf(whole), loginName);
  const entry: JsonObject =
    login === undefined
      ? {}
      : { auth: Buffer.from(`${login.username}:${login.password}`).toString('base64') };
  return render({ ...whole, auths: { ...others, [loginName]: entry } });
}

/** Without the login; undefined when there is none. All else stays as it is. */
export function removeLogin({ whole }: LoginFile, loginName: string): string | undefined {
  const auths = authsOf(whole);
  const others = withoutKeys(auths, loginName);
  if (Object.keys(others).length === Object.keys(auths).length) return undefined;
  return render({ ...whole, auths: others });
}

function authsOf(whole: JsonObject): JsonObject {
  return isJsonObject(whole.auths) ? whole.auths : {};
}

function withoutKeys(auths: JsonObject, loginName: string): JsonObject {
  return Object.fromEntries(Object.entries(auths).filter(([key]) => !isLoginKey(key, loginName)));
}

/** As Docker writes it. */
function render(whole: JsonObject): string {
  return `${JSON.stringify(whole, undefined, '\t')}\n`;
}
