/** What the engine is told by whoever puts the parts together; it reads no environment of its own. */
export interface LinuxEngineOptions {
  /** Node's `process.platform`, `process.arch` and `os.release()`. */
  readonly platform: string;
  readonly arch: string;
  readonly kernelRelease: string;
  /** The native launcher for this machine. */
  readonly launcherPath: string;
  /** The image store's `layers` directory; it exists. */
  readonly layersDirectory: string;
  /** For locks, the journal and writable layers on disk. */
  readonly stateDirectory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly user: { readonly uid: number; readonly gid: number; readonly login: string };
  readonly seed: number;
  /** Milliseconds from any fixed point, monotonic. */
  readonly now: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
}
