/**
 * open(2); asm-generic/fcntl.h. O_DIRECTORY and O_NOFOLLOW are left out on purpose: they have other values on arm64, and
 * `resolveFlags` with `O_PATH` say the same.
 */
export const openFlags = {
  O_WRONLY: 0o1,
  O_RDWR: 0o2,
  O_CREAT: 0o100,
  O_EXCL: 0o200,
  O_NOCTTY: 0o400,
  O_TRUNC: 0o1000,
  O_APPEND: 0o2000,
  O_NONBLOCK: 0o4000,
  O_CLOEXEC: 0o2000000,
  O_PATH: 0o10000000,
} as const;

/** openat2(2), linux/openat2.h. */
export const resolveFlags = {
  RESOLVE_NO_XDEV: 0x01,
  RESOLVE_NO_MAGICLINKS: 0x02,
  RESOLVE_NO_SYMLINKS: 0x04,
  RESOLVE_BENEATH: 0x08,
  RESOLVE_IN_ROOT: 0x10,
} as const;

/** stat(2): the type bits of a mode, for `mknod`. */
export const fileTypes = {
  S_IFREG: 0o100000,
  S_IFDIR: 0o040000,
  S_IFIFO: 0o010000,
} as const;
