/** Slots of the supervisor. */
export const supervisorSlots = {
  self: 0,
  initChannel: 1,
  passTo: 2,
  passFrom: 3,
  initPidfd: 4,
  userNamespace: 5,
  tree: 6,
  /** The file with the lock on the sandbox's id range. */
  idRange: 7,
  /** The file with the locks on the layers in use. */
  layerLease: 8,
  /** While the tape of the init-to-be runs: its private numbers. */
  hostMounts: 16,
  root: 17,
  node: 18,
  file: 19,
  /** Where numbers for cgroup descriptors and the like begin. */
  firstFree: 64,
  /** Where those for file systems in files begin. */
  firstLoop: 1024,
} as const;

/** Slots of the sandbox's init, which starts with an empty table. */
export const initSlots = {
  /** Descriptors from the supervisor arrive here. */
  passFrom: 0,
  /** The mount namespace that still has the host's file systems. */
  hostMounts: 1,
  ownMounts: 2,
  /** The mount namespace that keeps writable layers and volumes, apart so that a new container copies few mounts. */
  attic: 3,
  ownPids: 4,
  store: 5,
  nullDevice: 6,
  /** The launcher itself, once a probe was wanted. */
  probe: 7,
  scratch: 9,
  root: 10,
  scratch2: 11,
  firstFree: 64,
} as const;

/** Descriptor numbers that the init finds open when it starts. */
export const initDescriptors = { channel: 3, passFrom: 4, hostMounts: 5 } as const;
