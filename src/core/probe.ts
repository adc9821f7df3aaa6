import type { ExitStatus } from './container.ts';

/**
 * A static helper of the engine's own in a container, as one of its processes: it needs nothing of the image and makes the system calls
 * it is given. Its words come out of the container and are not to be trusted where the container may have reason to lie.
 */
export interface Probe extends AsyncDisposable {
  /** `NAME=value`: what it was started with. */
  readonly environment: readonly string[];
  /** With what it was made to end, for calls that end it. */
  readonly ended: Promise<ExitStatus>;
  /** One after the other, as one batch. Rejects with PROBE_LOST when the helper ended first. */
  calls(calls: readonly SystemCall[]): Promise<readonly CallResult[]>;
}

/**
 * With whose rights it runs: `itself` is the service's main process in all (user, groups, capabilities, filter, limits, environment);
 * `root` is uid 0 of the container with NET_BIND_SERVICE alone and no filter, for what has to be seen rather than tried; `network` is
 * that with NET_RAW and NET_ADMIN, for seeing what arrives in its network namespace; `mounts` is `root` with SYS_ADMIN, in a container that
 * nobody needs any more.
 */
export type ProbeRights = 'itself' | 'root' | 'network' | 'mounts';

export interface SystemCall {
  /** As the kernel's table has it: `openat`. */
  readonly name: string;
  readonly args: readonly CallArgument[];
  /** Made so often, each time with one more in its first argument, which is a number then; and as many results. By default once. */
  readonly times?: number;
}

/** What stands in a register; anything but a number is a pointer to memory of the helper's. */
export type CallArgument =
  | number
  | bigint
  /** NUL-terminated. */
  | string
  | Uint8Array
  /** That many zero bytes, sent back in `CallResult.out`. */
  | { readonly out: number }
  /** Room for that many bytes, of which those come back that the call says it has filled: its result (`read`). */
  | { readonly filled: number }
  | { readonly inOut: Uint8Array }
  /** That many bytes which are not sent back. */
  | { readonly scratch: number }
  /** A structure with a pointer in it, eight bytes at `pointerAt`, to further bytes: `struct sock_fprog`. */
  | { readonly bytes: Uint8Array; readonly pointerAt: number; readonly to: Uint8Array }
  /** What an earlier call of the batch returned, by its index. */
  | { readonly result: number };

export interface CallResult {
  /** -1 with an error. */
  readonly value: number;
  /** `EPERM`. */
  readonly error?: string;
  /** Of its `out`, `filled` and `inOut` arguments, in order. */
  readonly out: readonly Uint8Array[];
}

/** What the host's kernel says of a container's main process (proc(5)): no word of it comes from the container. */
export interface Witness {
  /** As the host numbers it. */
  readonly pid: number;
  /** A file of its /proc/PID, or the text of a link of it (`ns/net`); undefined: not there, or not for us to read. */
  read(name: string): string | undefined;
  /** The same of another process of the host. */
  readOf(pid: number, name: string): string | undefined;
  /** The same of this runner. */
  readSelf(name: string): string | undefined;
  /** All processes of the host that this runner is shown. */
  pids(): readonly number[];
  /** The runner listens at an address of the host: a control for who must not get there. The error where it cannot. */
  holdPort(address: string): Promise<HeldPort | { readonly error: string }>;
}

/** For as long as it is not disposed of. */
export interface HeldPort extends AsyncDisposable {
  readonly port: number;
}
