/* Paths below a directory are resolved by the kernel as if that directory were the root (openat2), never by us. */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int close_keeping_errno(int fd, int result) {
  int error = errno;
  close(fd);
  errno = error;
  return result;
}

int open_in_root(int dir, const char *path, int flags, unsigned mode, uint64_t resolve) {
  struct open_how how = {.flags = (uint64_t)(flags | O_CLOEXEC), .mode = mode, .resolve = resolve};
  /* EAGAIN: a rename or mount raced with the walk (openat2(2)); siblings may provoke it, so the tries are bounded. */
  for (int tries = 0;; tries++) {
    int fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof how);
    if (fd >= 0 || errno != EAGAIN || tries == 128) return fd;
  }
}

int open_parent(uint64_t dir_slot, const char *path, const char **base) {
  int dir = slot_dir(dir_slot);
  if (dir < 0 && dir != AT_FDCWD) return -1;
  char parent[PATH_MAX];
  const char *slash = strrchr(path, '/');
  *base = slash == NULL ? path : slash + 1;
  size_t length = slash == NULL ? 0 : (size_t)(slash - path);
  if (**base == 0 || strcmp(*base, ".") == 0 || strcmp(*base, "..") == 0) {
    errno = EINVAL;
    return -1;
  }
  if (slash == NULL && dir != AT_FDCWD) return fcntl(dir, F_DUPFD_CLOEXEC, 0);
  if (length >= sizeof parent) {
    errno = ENAMETOOLONG;
    return -1;
  }
  memcpy(parent, path, length);
  parent[length] = 0;
  const char *shown = length > 0 ? parent : slash != NULL ? "/" : ".";
  return open_in_root(dir, shown, O_PATH | O_DIRECTORY, 0, dir == AT_FDCWD ? 0 : RESOLVE_IN_ROOT);
}

int op_open(const struct field *f) {
  int dir = slot_dir(f[0].number);
  if (dir < 0 && dir != AT_FDCWD) return -1;
  return slot_put(f[5].number, open_in_root(dir, TEXT(f[1]), (int)f[2].number, (unsigned)f[3].number, f[4].number));
}
