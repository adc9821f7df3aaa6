import type { ProgramRunner } from '../../program-runner.ts';
import type { RegistrySettings } from '../registry-settings.ts';
import type { Credential } from './credential.ts';
import { CredentialHelper } from './credential-helper.ts';
import { type LoginFile, matchLoginKey, readLoginFile } from './login-file.ts';

/** The login for a registry, as Docker finds it: its own helper, the helper of all, the file itself. */
export async function findCredential(
  loginName: string,
  { loginFile, helperEnvironment }: Pick<RegistrySettings, 'loginFile' | 'helperEnvironment'>,
  programs: ProgramRunner,
  signal: AbortSignal,
): Promise<Credential | undefined> {
  const file = readLoginFile(loginFile);
  const helper = helperOf(file, loginName);
  if (helper === undefined) return matchLoginKey(file.logins, loginName);
  return new CredentialHelper(helper, programs, helperEnvironment).get(loginName, signal);
}

export function helperOf(file: LoginFile, loginName: string): string | undefined {
  return matchLoginKey(file.helpers, loginName) ?? file.store;
}
