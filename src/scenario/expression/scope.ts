import type { Json } from '../../core/json.ts';

/** The names an expression may begin with (language.md R7). */
export const namespaces = [
  'vars',
  'matrix',
  'secrets',
  'env',
  'case',
  'inputs',
  'steps',
  'services',
  'run',
] as const;

export type Namespace = (typeof namespaces)[number];

/** What expressions see. A namespace that is absent does not exist at that place, and naming it is an error. */
export interface Scope {
  readonly vars?: Readonly<Record<string, Json>>;
  readonly matrix?: Readonly<Record<string, Json>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly case?: Readonly<Record<string, Json>>;
  /** Of a fragment. Before the run, those only that do not read captures or services. */
  readonly inputs?: Readonly<Record<string, Json>>;
  /** By step id: its captures. */
  readonly steps?: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  /** By service name; instances of a scaled service as `web[2]`. */
  readonly services?: Readonly<Record<string, ServiceScope>>;
  readonly run?: { readonly id: string; readonly seed: number };
}

export interface ServiceScope {
  readonly ip?: string;
  readonly ipv6?: string;
  /** The host's port that a container's port is published on. */
  readonly port: (containerPort: number) => number | undefined;
}
