import type { Heredoc } from './instruction.ts';
import type { RunMount } from './run-mount.ts';

/** What an instruction asks for. Words are as written: variables are replaced when its turn comes. */
export type ParsedInstruction =
  | { readonly kind: 'from'; readonly image: string; readonly name?: string; readonly platform?: string }
  | { readonly kind: 'arg'; readonly declarations: readonly Declaration[] }
  | { readonly kind: 'env' | 'label'; readonly pairs: readonly Pair[] }
  | { readonly kind: 'run'; readonly run: RunInstruction }
  | { readonly kind: 'copy'; readonly copy: CopyInstruction }
  | { readonly kind: 'command' | 'entrypoint'; readonly command: Command }
  | { readonly kind: 'shell'; readonly argv: readonly string[] }
  | { readonly kind: 'workdir' | 'user' | 'stopsignal' | 'maintainer'; readonly text: string }
  /** Each word may become several. */
  | { readonly kind: 'expose'; readonly text: string }
  | { readonly kind: 'volume'; readonly paths: readonly string[] }
  | { readonly kind: 'healthcheck'; readonly healthcheck: HealthcheckInstruction }
  | { readonly kind: 'onbuild'; readonly text: string };

export interface Declaration {
  readonly name: string;
  /** Undefined: only what is given from outside. */
  readonly value: string | undefined;
}

export interface Pair {
  readonly name: string;
  readonly value: string;
}

export type Command =
  | { readonly form: 'exec'; readonly argv: readonly string[] }
  | { readonly form: 'shell'; readonly text: string };

export interface RunInstruction {
  readonly command: Command;
  readonly heredocs: readonly Heredoc[];
  readonly mounts: readonly RunMount[];
  readonly network: 'default' | 'none';
}

export interface CopyInstruction {
  readonly isAdd: boolean;
  readonly sources: readonly string[];
  /** Files whose content stands in the Dockerfile. */
  readonly inline: readonly Heredoc[];
  readonly destination: string;
  readonly from?: string;
  readonly chown?: string;
  readonly chmod?: string;
  readonly link: boolean;
  readonly excludes: readonly string[];
  /** Of ADD: undefined unpacks local archives only. */
  readonly unpack?: boolean;
}

export interface HealthcheckInstruction {
  /** Undefined: NONE. */
  readonly command: Command | undefined;
  readonly intervalMs?: number;
  readonly timeoutMs?: number;
  readonly startPeriodMs?: number;
  readonly startIntervalMs?: number;
  readonly retries?: number;
}
