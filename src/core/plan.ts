import type { ContainerSpec, NetworkSpec, VolumeSpec } from './container.ts';
import type { HostFeature } from './host-feature.ts';
import type { ImageRequest } from './image.ts';
import type { Json, JsonObject } from './json.ts';
import type { Step } from './scenario.ts';
import type { SourceLocation } from './source-location.ts';

/** What one run of one scenario will do: pure data, the same for the same inputs and seed. */
export interface ScenarioPlan {
  /** Stable and unique in a run: `scenarios/hello.yaml`, with `#2` for a later document and `[a=1,b=2]` of the matrix. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly file: string;
  readonly tags: readonly string[];
  readonly matrix: Readonly<Record<string, Json>>;
  readonly vars: Readonly<Record<string, Json>>;
  readonly env: Readonly<Record<string, string>>;
  /** Names to values; the values never leave the process unmasked (R8). */
  readonly secrets: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly requires: readonly HostFeature[];
  /** Why it will not run. */
  readonly skip?: string;
  readonly images: readonly ImageRequest[];
  readonly networks: readonly NetworkSpec[];
  readonly volumes: readonly VolumeSpec[];
  /** Where writable layers live, for `SandboxSpec.upper`; undefined means `auto`. */
  readonly upper?: 'tmpfs' | 'disk';
  /** In an order in which each comes after what it depends on. */
  readonly services: readonly ServicePlan[];
  /** With `cases`: what is done once, before them (`setup`). */
  readonly steps: readonly Step[];
  /** Each on a fork of what `steps` left (language.md R28); undefined: it has none. */
  readonly cases?: readonly CasePlan[];
  readonly finally: readonly Step[];
  readonly invariants?: readonly InvariantPlan[];
  readonly onFailure: readonly ('logs' | 'ps' | 'sockets' | 'fs-diff')[];
  readonly warnings: readonly import('./mayfly-error.ts').MayflyError[];
  readonly sourceLine: (line: number, file?: string) => string;
}

/** What has to hold in a service from its start to the teardown. */
export interface InvariantPlan {
  readonly name: string;
  readonly at: SourceLocation;
  /** A `ServicePlan.name`. */
  readonly service: string;
  /** Matchers by fact: `memory`, `cpu`, `pids`, `oom_kills`, `restarts`, `logs`. */
  readonly expect: JsonObject;
}

/** One case, or one row of a case's `table`. */
export interface CasePlan {
  readonly name: string;
  /** `/cases/0`; of a row `/cases/0[2]`. Its steps' paths begin with it. */
  readonly path: string;
  readonly at: SourceLocation;
  /** What `case.*` reads. */
  readonly values: Readonly<Record<string, Json>>;
  readonly steps: readonly Step[];
}

/** One container. A service with `scale: 3` is three of them, `web[1]` to `web[3]`, in containers `web-1` to `web-3`. */
export interface ServicePlan {
  readonly name: string;
  /** Of an instance of a scaled service: the name as declared, under which members of a network find all of them. */
  readonly instanceOf?: string;
  readonly at: SourceLocation;
  /** An `ImageRequest.name`. */
  readonly image: string;
  readonly dependsOn: readonly Dependency[];
  readonly ready?: ReadyPlan;
  /** Its `healthcheck` turns the image's off. */
  readonly healthcheckOff?: boolean;
  /** Matcher for how the service should end by itself; undefined: it must not. */
  readonly exits?: Json;
  readonly restart: 'no' | 'always' | 'on-failure' | 'unless-stopped';
  /** Of `on-failure:3`; undefined: as often as it fails. */
  readonly maxRestarts?: number;
  /** `linux/arm64`: what the image must be for. */
  readonly platform?: string;
  /** Ports declared by `expose`; nothing is opened by it. */
  readonly exposes?: readonly { readonly port: number; readonly protocol: 'tcp' | 'udp' }[];
  /** What the container will be once the image's configuration is merged in (`mergeImage`). */
  readonly container: ContainerTemplate;
}

/** A `ContainerSpec` without its layers, and with what the image may still supply. */
export type ContainerTemplate = Omit<ContainerSpec, 'rootfs' | 'process' | 'stopSignal'> & {
  readonly readOnlyRoot: boolean;
  readonly writableBytes?: number;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  /** Names to values, or null to remove the image's. */
  readonly environment: Readonly<Record<string, string | null>>;
  readonly workingDir?: string;
  readonly user?: string;
  readonly stopSignal?: string;
  readonly process: Omit<ContainerSpec['process'], 'argv' | 'environment' | 'workingDir' | 'user'>;
};

export interface Dependency {
  /** A `ServicePlan.name`. */
  readonly service: string;
  readonly condition: 'service_started' | 'service_healthy' | 'service_completed_successfully';
  /** A step that restarts the one restarts the other. */
  readonly restart?: boolean;
}

export interface ReadyPlan {
  readonly condition: ReadyCondition;
  readonly withinMs: number;
  /** Nobody said how long: it follows from the health check, whose rest the image may say. */
  readonly byHealth?: boolean;
  /** How often to look; undefined: as the wait thinks best. */
  readonly everyMs?: number;
  readonly at: SourceLocation;
}

/**
 * One wait, by the name of its file in scenario/ready/; `value` is what the YAML says for it. For `healthcheck` it is
 * the service's own `healthcheck:` mapping, or `true` for the image's.
 */
export type ReadyCondition =
  | { readonly kind: 'all'; readonly of: readonly ReadyCondition[] }
  | { readonly kind: 'any'; readonly of: readonly ReadyCondition[] }
  | {
      readonly kind: 'port' | 'log' | 'http' | 'exec' | 'file' | 'healthcheck' | 'exits';
      readonly value: Json;
    };

export interface RunPlan {
  readonly seed: number;
  readonly scenarios: readonly ScenarioPlan[];
  readonly shard?: Shard;
}

/** The part of a run that falls to one machine. */
export interface Shard {
  /** From 1. */
  readonly index: number;
  readonly total: number;
  /** How many scenarios all parts together have. */
  readonly of: number;
}
