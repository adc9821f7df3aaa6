/**
 * Every operation the launcher knows, with the shape of its fields: the one table from which the `Op` type, the encoder and
 * the renderer come. `launcher/ops.def` is its twin in C; spec/engine/linux/tape/op-table.spec.ts holds them equal.
 *
 * Field types: `slot` a numbered descriptor (`noSlot` where optional) · `u32` `u64` numbers · `text` a C string ·
 * `bytes` raw · `texts` a list of C strings · `tape` a nested tape.
 *
 * The order is the wire code; a launcher is built with the package it serves.
 */
export const opTable = {
  // --- processes. `clone` makes a child that performs `tape`; it waits at `await` until its parent performs `release`.
  clone: { flags: 'u64', process: 'u32', pidfd: 'slot', tape: 'tape' },
  await: {},
  release: { process: 'u32' },
  /** Becomes a pid 1 that reaps: the rest of the tape goes on in a child. */
  reap: {},
  exec: { path: 'text', argv: 'texts', env: 'texts' },
  execSlot: { slot: 'slot', argv: 'texts', env: 'texts' },
  /** pidfd_send_signal to a process that this server cloned. */
  kill: { process: 'u32', signal: 'u32' },
  /** kill(-1): every process of the caller's PID namespace but itself and pid 1. */
  killAll: { signal: 'u32' },
  /** Enters the namespaces `flags` of a pidfd or of one namespace descriptor. */
  setns: { slot: 'slot', flags: 'u64' },
  unshare: { flags: 'u64' },

  // --- rights
  setGroups: { gids: 'bytes' },
  setIds: { uid: 'u32', gid: 'u32' },
  boundCaps: { keep: 'u64' },
  setCaps: { effective: 'u64', permitted: 'u64', inheritable: 'u64' },
  keepCaps: { on: 'u32' },
  noNewPrivs: {},
  /** `filter` is an array of struct sock_filter. */
  seccomp: { flags: 'u32', filter: 'bytes' },
  dumpable: { on: 'u32' },
  parentDeathSignal: { signal: 'u32' },
  rlimit: { resource: 'u32', soft: 'u64', hard: 'u64' },
  umask: { mask: 'u32' },
  setsid: {},
  controllingTerminal: { slot: 'slot' },
  setHostname: { name: 'text' },
  setDomainname: { name: 'text' },
  /** keyctl(JOIN_SESSION_KEYRING) with a new anonymous keyring. */
  newKeyring: {},

  // --- descriptors
  /** openat2. `dir` may be `noSlot` for an absolute path. */
  open: { dir: 'slot', path: 'text', flags: 'u32', mode: 'u32', resolve: 'u32', into: 'slot' },
  close: { slot: 'slot' },
  /** Onto a fixed descriptor number, without close-on-exec. */
  dupTo: { slot: 'slot', fd: 'u32' },
  /** Takes an inherited descriptor number into a slot. */
  adopt: { fd: 'u32', into: 'slot' },
  pipe: { readEnd: 'slot', writeEnd: 'slot' },
  socketPair: { a: 'slot', b: 'slot' },
  sendSlot: { socket: 'slot', slot: 'slot' },
  receiveSlot: { socket: 'slot', into: 'slot' },
  /** A sealed, executable memfd holding this very program. */
  selfImage: { into: 'slot' },
  chownSlot: { slot: 'slot', uid: 'u32', gid: 'u32' },
  chmodSlot: { slot: 'slot', mode: 'u32' },
  /** Replies with up to `length` bytes from `offset`. */
  readSlot: { slot: 'slot', offset: 'u64', length: 'u32' },
  writeSlot: { slot: 'slot', data: 'bytes' },
  syncSlot: { slot: 'slot' },

  // --- files: `dir` + `path` are resolved with RESOLVE_IN_ROOT; the last component is never followed.
  /** Opens, writes once, closes: for /proc, /sys and cgroup files. */
  writeFile: { dir: 'slot', path: 'text', data: 'bytes' },
  /** /proc/<pid of a cloned process>/<name>. */
  writeProcessFile: { process: 'u32', name: 'text', data: 'bytes' },
  /** flags: 1 = an existing directory is fine. */
  mkdir: { dir: 'slot', path: 'text', mode: 'u32', flags: 'u32' },
  symlink: { dir: 'slot', path: 'text', target: 'text' },
  link: { fromDir: 'slot', fromPath: 'text', dir: 'slot', path: 'text' },
  mknod: { dir: 'slot', path: 'text', mode: 'u32', device: 'u32' },
  /** flags: AT_REMOVEDIR. missing: 1 = a missing file is fine. */
  unlink: { dir: 'slot', path: 'text', flags: 'u32', missing: 'u32' },
  chown: { dir: 'slot', path: 'text', uid: 'u32', gid: 'u32' },
  chmod: { dir: 'slot', path: 'text', mode: 'u32' },
  setTimes: { dir: 'slot', path: 'text', seconds: 'u64', nanoseconds: 'u32' },
  setXattr: { dir: 'slot', path: 'text', name: 'text', value: 'bytes' },
  /** Replies with struct statx. flags: 1 = follow links (within the root). */
  stat: { dir: 'slot', path: 'text', flags: 'u32' },
  readLink: { dir: 'slot', path: 'text' },
  /** Replies with names separated by NUL; E2BIG above 1 MiB. */
  listDirectory: { dir: 'slot', path: 'text' },
  /** Replies with NUL-separated names, each followed by a u32 length and the value. */
  listXattrs: { dir: 'slot', path: 'text' },
  chdir: { path: 'text' },
  chdirSlot: { slot: 'slot' },
  /** rmdir of this path when the server ends, in reverse order of registration. */
  removeAtExit: { path: 'text' },

  // --- mounts
  mount: { source: 'text', target: 'text', fsType: 'text', flags: 'u64', data: 'text' },
  umount: { target: 'text', flags: 'u32' },
  /** fsopen, fsconfig of each `key=value` or `key`, fsmount. */
  newMount: { fsType: 'text', options: 'texts', attributes: 'u64', into: 'slot' },
  openTree: { dir: 'slot', path: 'text', flags: 'u32', into: 'slot' },
  setMountAttributes: {
    slot: 'slot',
    set: 'u64',
    clear: 'u64',
    propagation: 'u64',
    userns: 'slot',
    recursive: 'u32',
  },
  /** Attaches a detached mount onto what `path` names below `dir` (RESOLVE_IN_ROOT). */
  attachMount: { mount: 'slot', dir: 'slot', path: 'text' },
  /** Makes the directory the root and takes the old root away. */
  pivotRoot: { slot: 'slot' },

  // --- network
  socket: { domain: 'u32', type: 'u32', protocol: 'u32', into: 'slot' },
  bind: { slot: 'slot', address: 'bytes' },
  listen: { slot: 'slot', backlog: 'u32' },
  /** Non-blocking: the outcome arrives on the pump. */
  connect: { slot: 'slot', address: 'bytes' },
  /** Sends the messages, reads until every one is acknowledged; `reply` = 1 returns the data messages. */
  netlink: { slot: 'slot', messages: 'bytes', reply: 'u32' },

  // --- streams
  /**
   * Moves bytes between a descriptor and the channel until it ends, and owns it from then on. mode: 1 read · 2 write · 3 both ·
   * 4 datagrams · 5 listener. `process`: its exit is announced only after what it wrote (0: nobody's).
   */
  pump: { slot: 'slot', stream: 'u32', mode: 'u32', process: 'u32' },
  /** In a child: hands a descriptor to the parent, which pumps it. */
  offerPump: { slot: 'slot', stream: 'u32', mode: 'u32', process: 'u32' },
  windowSize: { stream: 'u32', rows: 'u32', columns: 'u32' },

  // --- facts
  /** Replies with the process's pid in the server's PID namespace, as u32. */
  processId: { process: 'u32' },

  // --- appended
  /** Covers what is at `path` (a file with `emptyFile`, a directory with `emptyDirectory`, detached copies of each); missing is fine. */
  maskPath: { dir: 'slot', path: 'text', emptyFile: 'slot', emptyDirectory: 'slot' },
  /** Binds what is at `path` onto itself, read-only with everything below; missing is fine. */
  readonlyPath: { dir: 'slot', path: 'text' },
  /** A new pseudo-terminal from `/dev/pts/ptmx` below `dir`, unlocked, with its peer. */
  newTerminal: { dir: 'slot', master: 'slot', peer: 'slot' },
  /** `netlink`, with the u32 at byte `fdOffset` replaced by the real descriptor number of `fdSlot`. */
  netlinkWithFd: { slot: 'slot', messages: 'bytes', fdOffset: 'u32', fdSlot: 'slot', reply: 'u32' },
  /**
   * Locks one byte of a file for as long as the descriptor is open: alone (0), shared (1), or not at all (2), which only finds out
   * whether it could be had alone. EAGAIN when another's lock forbids it.
   */
  lockByte: { slot: 'slot', offset: 'u64', mode: 'u32' },
  /** All descriptors but 0, 1 and 2 are closed at the next exec; before a filter is loaded, which may refuse it. */
  closeRest: {},
  /** A new file on the file system of `directory` that has no name there and cannot get one (open(2), O_TMPFILE). */
  unnamedFile: { directory: 'text', into: 'slot' },
  /** Gives `to` the length and the data of `from`, and holes where that has holes. */
  copySparse: { from: 'slot', to: 'slot' },
  /** fallocate(2) from the beginning. */
  allocate: { slot: 'slot', bytes: 'u64' },
  /** A free loop device over `file`, detached with its last user (loop(4), LO_FLAGS_AUTOCLEAR). Replies with its number as u32. */
  loopDevice: { file: 'slot', into: 'slot' },
  /** setsockopt(2). */
  setSocketOption: { slot: 'slot', level: 'u32', name: 'u32', value: 'bytes' },
  /**
   * In a child, which becomes that: frames of either packet socket leave by the other `delayNs` later, plus or minus up to
   * `jitterNs`, in order. Beyond `limitBytes` held in a direction they are lost. After SIGTERM what is held goes at once, and what comes
   * takes no longer. Exit 3 when an interface has gone.
   */
  relayFrames: { a: 'slot', b: 'slot', delayNs: 'u64', jitterNs: 'u64', limitBytes: 'u64', seed: 'u64' },
} as const satisfies Record<string, Record<string, FieldType>>;

export type FieldType = 'slot' | 'u32' | 'u64' | 'text' | 'bytes' | 'texts' | 'tape';
export type OpKind = keyof typeof opTable;
