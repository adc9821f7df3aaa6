import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../cli/mayfly-process.ts';

/** What these specs read of the JSON report (schema/report-json.schema.json). */
export interface ReportedScenario {
  readonly file: string;
  readonly outcome: string;
  readonly attempts: readonly ReportedAttempt[];
}

interface ReportedAttempt {
  readonly problems: readonly ReportedProblem[];
  readonly steps: readonly ReportedStep[];
  readonly leaks: readonly unknown[];
}

export interface ReportedProblem {
  readonly code: string;
  readonly message: string;
}

export interface ReportedStep {
  readonly path: string;
  readonly name: string;
  readonly outcome: string;
  readonly problems: readonly ReportedProblem[];
}

export interface Ran {
  readonly status: number | null;
  readonly scenarios: readonly ReportedScenario[];
  readonly err: string;
}

export interface RunOptions {
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Who runs it, and how: a prefix of the command. */
  readonly behind?: readonly string[];
}

/** The built command and the flagship, in a folder that every user may read. */
export class FlagshipCopy implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'flagship-'));
  readonly program = join(this.folder, 'dist/mayfly.js');
  readonly scenario = join(this.folder, 'scenarios/three-tier');

  constructor() {
    for (const part of ['package.json', 'dist', 'schema', 'scenarios'])
      cpSync(join(packageRoot, part), join(this.folder, part), { recursive: true });
  }

  run({ args, environment, behind = [] }: RunOptions): Promise<Ran> {
    const argv = [...behind, process.execPath, this.program, 'test', ...args, '--report', 'json'];
    const child = spawn(argv[0] ?? '', argv.slice(1), {
      cwd: this.folder,
      // Without MAYFLY_STORE: the store that this user's runs share, so that images are made once and not at each `npm test`.
      env: environment ?? { PATH: process.env.PATH, HOME: process.env.HOME },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const text = { out: '', err: '' };
    child.stdout.on('data', (chunk) => {
      text.out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      text.err += chunk;
    });
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status) => {
        const { scenarios = [] } = JSON.parse(text.out || '{}');
        resolve({ status, scenarios, err: text.err });
      });
    });
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What went wrong outside of steps, and the steps that did not pass, in their order. */
export function failuresOf({ attempts }: ReportedScenario): readonly string[] {
  return attempts.flatMap(({ steps, problems }) => [
    ...problems.map(({ code, message }) => `${code}: ${message}`),
    ...steps
      // A case has none of its own.
      .filter(({ problems: own }) => own.length > 0)
      .map(({ name, problems: own }) => `${name}: ${own.map(({ code }) => code).join()}`),
  ]);
}
