import { join } from 'node:path';
import type { SeccompChoice } from '../../../core/container.ts';
import { isJsonObject, type Json } from '../../../core/json.ts';
import type { DocumentNode } from '../document-node.ts';
import type { PlanOptions } from '../plan-options.ts';
import { readTextFile } from '../read-text-file.ts';

export interface SecurityChoices {
  readonly noNewPrivileges: boolean;
  readonly seccomp: SeccompChoice;
  /** Nothing of /proc and /sys is masked or read-only. */
  readonly systemPathsUnconfined: boolean;
}

/** `security_opt:`: `no-new-privileges[:true|false]`, `seccomp=unconfined|default|PATH`; `:` and `=` mean the same. */
export function parseSecurityOpt(node: DocumentNode, options: PlanOptions): SecurityChoices {
  let noNewPrivileges = true;
  let seccomp: SeccompChoice = { kind: 'default' };
  let systemPathsUnconfined = false;
  for (const item of node.items()) {
    const text = item.text();
    if (text === undefined) continue;
    const [, name = text, value = ''] = /^([a-z-]+)[=:](.+)$/.exec(text) ?? [];
    if (name === 'no-new-privileges' && ['', 'true', 'false'].includes(value))
      noNewPrivileges = value !== 'false';
    else if (text === 'systempaths=unconfined') systemPathsUnconfined = true;
    else if (name === 'seccomp' && value !== '') seccomp = readSeccomp(item, value, options) ?? seccomp;
    else if (name === 'apparmor' || name === 'label') {
      item.fail('LANGUAGE_NOT_AVAILABLE_YET', `\`${name}\` in \`security_opt\` is not available yet`);
    } else {
      const hint = 'known are no-new-privileges:true|false and seccomp=unconfined|default|PATH';
      item.fail('SCENARIO_WRONG_VALUE', `\`${text}\` is no security option`, hint);
    }
  }
  return { noNewPrivileges, seccomp, systemPathsUnconfined };
}

function readSeccomp(item: DocumentNode, value: string, options: PlanOptions): SeccompChoice | undefined {
  if (value === 'default' || value === 'builtin') return { kind: 'default' };
  if (value === 'unconfined') return { kind: 'unconfined' };
  const path = value.startsWith('/') ? value : join(options.scenarioDirectory, value);
  if (!options.fileExists(path)) {
    item.fail('SCENARIO_WRONG_VALUE', `there is no seccomp profile \`${value}\``, `looked at ${path}`);
    return undefined;
  }
  const profile = parseJson(readTextFile(item, path, options) ?? '');
  if (isJsonObject(profile) && Array.isArray(profile.syscalls)) return { kind: 'profile', profile };
  item.fail('SCENARIO_WRONG_VALUE', `\`${value}\` is no seccomp profile`, 'it must be JSON with `syscalls`');
  return undefined;
}

function parseJson(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
