import { createHash } from 'node:crypto';
import type { Container, FileFacts } from '../../core/engine.ts';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.ts';
import type { Fact } from '../../core/matcher.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { Step } from '../../core/scenario.ts';
import { snapshotsOfCheck } from './checks.ts';
import { compileExpectations, type Expectation, type Facts, type Finding, judge } from './expectations.ts';
import { mentionsNumber } from './mentions-number.ts';
import { type OwnerNames, readOwnerNames } from './owner-names.ts';
import { defineStep, type StepWorld } from './step-definition.ts';
import { textOrBytes } from './text-or-bytes.ts';

interface FileCheck {
  readonly path: string;
  /** False: it must not be there, and nothing else is asked. */
  readonly exists: boolean;
  /** The keys that were asked, so that content is read only when somebody wants it. */
  readonly asked: ReadonlySet<string>;
  /** Owner and group by number, not by name. */
  readonly byNumber: ReadonlySet<string>;
  readonly expectations: readonly Expectation[];
}

/** `files`: what is where in a service, and what it is like. */
export const filesStep = defineStep<readonly FileCheck[]>({
  kind: 'files',
  normalize(value, step, world) {
    if (step.in === undefined)
      throw new MayflyError('SCENARIO_MISSING_KEY', '`files` needs `in:`, the service to look into');
    const entries: readonly Json[] = Array.isArray(value) ? value : [value];
    if (entries.length === 0) throw new MayflyError('SCENARIO_ASSERTS_NOTHING', '`files` is an empty list');
    return Promise.all(entries.map((entry) => planCheck(entry, step, world)));
  },
  async perform(checks, step, world) {
    const { container } = world.service(step.in ?? '');
    const names = await readOwnerNames(container, checks);
    const looked = await Promise.all(
      checks.map((check) => look(check, container, names, world.limits.fileBytes)),
    );
    return {
      facts: { files: looked.map(({ shown }) => shown) },
      findings: looked.flatMap(({ findings }) => findings),
    };
  },
});

async function planCheck(entry: Json, step: Step, world: StepWorld): Promise<FileCheck> {
  if (!isJsonObject(entry) || typeof entry.path !== 'string')
    throw new MayflyError('SCENARIO_WRONG_TYPE', 'a check of `files` is a mapping with `path`');
  const { path, exists, ...wanted } = entry;
  if (exists === undefined && Object.keys(wanted).length === 0) {
    throw new MayflyError('SCENARIO_ASSERTS_NOTHING', `\`files\` says nothing of ${path}`);
  }
  if (exists === false && Object.keys(wanted).length > 0) {
    throw new MayflyError(
      'SCENARIO_CONFLICT',
      `\`files\`: ${path} cannot be absent and have ${Object.keys(wanted).join(', ')}`,
    );
  }
  const mode = typeof wanted.mode === 'string' ? { mode: wanted.mode.padStart(4, '0') } : {};
  return {
    path,
    exists: exists !== false,
    asked: new Set(Object.keys(wanted)),
    byNumber: new Set(['owner', 'group'].filter((key) => mentionsNumber(wanted[key]))),
    expectations: await compileExpectations(
      { ...wanted, ...mode },
      { factUnits: { size: 'bytes' }, factsByName: [] },
      snapshotsOfCheck(step, path, world),
    ),
  };
}

async function look(
  check: FileCheck,
  container: Container,
  names: OwnerNames,
  maxBytes: number,
): Promise<{ readonly shown: JsonObject; readonly findings: readonly Finding[] }> {
  const { path } = check;
  // The link itself when its target is asked for, or when it is to be a link; else what it leads to, as `ls -L`.
  const stat = await container.stat(path, { followLinks: !wantsLink(check) });
  const exists = stat !== undefined;
  if (exists !== check.exists || stat === undefined) {
    const finding = {
      subject: path,
      path: '',
      message: exists ? 'exists' : 'does not exist',
      expected: check.exists ? 'there' : 'absent',
      actual: exists ? stat.type : 'absent',
    };
    return { shown: { path, exists }, findings: exists === check.exists ? [] : [finding] };
  }
  const facts = await readFacts(check, stat, container, names, maxBytes);
  const findings = judge(check.expectations, facts).map((finding) => ({
    ...finding,
    subject: `${path} ${finding.subject}`,
  }));
  const { content: _content, ...shown } = facts;
  return { shown: { path, exists, ...textFacts(shown) }, findings };
}

function wantsLink({ asked, expectations }: FileCheck): boolean {
  return (
    asked.has('target') ||
    expectations.some(({ subject, matches }) => subject === 'type' && matches('symlink').matched)
  );
}

async function readFacts(
  { path, asked, byNumber }: FileCheck,
  stat: FileFacts,
  container: Container,
  names: OwnerNames,
  maxBytes: number,
): Promise<Facts> {
  const bytes =
    asked.has('content') || asked.has('sha256') ? await container.readFile(path, maxBytes) : undefined;
  return {
    type: stat.type,
    mode: stat.mode.toString(8).padStart(4, '0'),
    owner: byNumber.has('owner') ? stat.uid : names.user(stat.uid),
    group: byNumber.has('group') ? stat.gid : names.group(stat.gid),
    size: stat.sizeBytes,
    ...(stat.target === undefined ? {} : { target: stat.target }),
    ...(bytes === undefined
      ? {}
      : { content: textOrBytes(bytes), sha256: createHash('sha256').update(bytes).digest('hex') }),
  };
}

function textFacts(facts: Facts): JsonObject {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([name, fact]: [string, Fact]) =>
      fact === undefined || fact instanceof Uint8Array ? [] : [[name, fact]],
    ),
  );
}
