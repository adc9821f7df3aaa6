import type { StoredLayer } from '../store/layer-store.ts';
import type { BuildConfig, HistoryEntry } from './build-config.ts';

/** Where a stage has got to. Every instruction makes a new one of it. */
export interface StageState {
  readonly config: BuildConfig;
  /** Lowest first. */
  readonly layers: readonly StoredLayer[];
  readonly history: readonly HistoryEntry[];
  /** ARGs that are in scope, by name; undefined: declared without a value. */
  readonly scope: ReadonlyMap<string, string | undefined>;
  /** CMD was set in this stage: then ENTRYPOINT keeps it. */
  readonly ownCommand: boolean;
}

/** What variables mean here: ENV goes before ARG of the same name. */
export function lookUp({ config, scope }: StageState, name: string): string | undefined {
  const prefix = `${name}=`;
  const entry = config.environment.find((each) => each.startsWith(prefix));
  return entry === undefined ? scope.get(name) : entry.slice(prefix.length);
}

export function setVariable(environment: readonly string[], name: string, value: string): readonly string[] {
  const at = environment.findIndex((entry) => entry.startsWith(`${name}=`));
  if (at === -1) return [...environment, `${name}=${value}`];
  return environment.with(at, `${name}=${value}`);
}
