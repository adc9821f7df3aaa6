import { mkdir, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { ProgramRunner } from '../../image/program-runner.ts';
import { addLogin, removeLogin } from '../../image/registry/login/change-login-file.ts';
import type { Credential } from '../../image/registry/login/credential.ts';
import { CredentialHelper } from '../../image/registry/login/credential-helper.ts';
import { helperOf } from '../../image/registry/login/find-credential.ts';
import { matchLoginKey, readLoginFile } from '../../image/registry/login/login-file.ts';
import { loginNameOf } from '../../image/registry/plan-endpoints.ts';
import type { RegistrySettings } from '../../image/registry/registry-settings.ts';
import type { Surroundings } from '../surroundings.ts';
import { writeWhole } from '../write-whole.ts';

export interface LoginContext {
  readonly registries: RegistrySettings;
  readonly programs: ProgramRunner;
  readonly randomBytes: Surroundings['randomBytes'];
  readonly signal: AbortSignal;
}

/** Keeps a login where Docker would: with its helper, or in its file. Says where, if anybody who reads the file can read it. */
export async function keepLogin(
  registry: string,
  login: Extract<Credential, { kind: 'password' }>,
  context: LoginContext,
): Promise<string | undefined> {
  const { registries, randomBytes, signal } = context;
  const file = readLoginFile(registries.loginFile);
  const loginName = loginNameOf(registry);
  const helper = openHelper(registry, context);
  if (helper !== undefined) await helper.store(loginName, login, signal);
  const text = addLogin(file, loginName, helper === undefined ? login : undefined);
  await writeLoginFile(registries.loginFile, text, randomBytes);
  return helper === undefined ? registries.loginFile : undefined;
}

/** Whether there was one. */
export async function dropLogin(registry: string, context: LoginContext): Promise<boolean> {
  const { registries, randomBytes, signal } = context;
  const file = readLoginFile(registries.loginFile);
  const loginName = loginNameOf(registry);
  const helper = openHelper(registry, context);
  const isHeld = helper !== undefined && (await helper.get(loginName, signal)) !== undefined;
  if (isHeld) await helper.erase(loginName, signal);
  const text = removeLogin(file, loginName);
  if (text !== undefined) await writeLoginFile(registries.loginFile, text, randomBytes);
  return isHeld || text !== undefined;
}

/** The user's name in the file, for the question. */
export function knownUser(
  registry: string,
  { registries }: Pick<LoginContext, 'registries'>,
): string | undefined {
  const login = matchLoginKey(readLoginFile(registries.loginFile).logins, loginNameOf(registry));
  return login?.kind === 'password' ? login.username : undefined;
}

function openHelper(registry: string, { registries, programs }: LoginContext): CredentialHelper | undefined {
  const name = helperOf(readLoginFile(registries.loginFile), loginNameOf(registry));
  return name === undefined ? undefined : new CredentialHelper(name, programs, registries.helperEnvironment);
}

/** For its owner alone. A link, as people have who keep such files in a repository, stays one. */
async function writeLoginFile(
  path: string,
  text: string,
  randomBytes: Surroundings['randomBytes'],
): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const target = await realpath(path).catch(() => path);
    await writeWhole(target, text, randomBytes, 0o600);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new MayflyError('OUTPUT_UNWRITABLE', `cannot write ${path}: ${code}`, { cause });
  }
}
