/* Numbered descriptors, and what is named below them. Stored as fd + 1, so that untouched pages of the table stay untouched. */
#include "launcher.h"

#include <limits.h>
#include <linux/openat2.h>

static int table[MAX_SLOTS];

int slot_fd(uint64_t slot) {
  return slot >= MAX_SLOTS || table[slot] == 0 ? fail(EBADF) : table[slot] - 1;
}

int slot_put(uint64_t slot, int fd) {
  if (fd < 0) return -1;
  if (slot >= MAX_SLOTS) {
    close(fd);
    return fail(EBADF);
  }
  slot_close(slot);
  table[slot] = fd + 1;
  return 0;
}

int slot_take(uint64_t slot) {
  int fd = slot_fd(slot);
  if (fd >= 0) table[slot] = 0;
  return fd;
}

void slot_close(uint64_t slot) {
  int fd = slot_take(slot);
  if (fd >= 0) close(fd);
}

int op_close(const struct field *f) {
  slot_close(f[0].number);
  return 0;
}

int op_dupTo(const struct field *f) {
  int fd = slot_fd(f[0].number);
  if (fd < 0) return -1;
  if (fd == (int)f[1].number) return fcntl(fd, F_SETFD, 0);
  return dup2(fd, (int)f[1].number);
}

int op_adopt(const struct field *f) {
  int fd = (int)f[0].number;
  return fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ? -1 : slot_put(f[1].number, fd);
}

/* --- paths below a slot are resolved by the kernel as if it were the root (openat2), never by us */

int close_keeping_errno(int fd, int result) {
  int error = errno;
  close(fd);
  errno = error;
  return result;
}

int open_below(uint64_t slot, const char *path, int flags, unsigned mode, uint64_t resolve) {
  struct open_how how = {.flags = (uint64_t)(flags | O_CLOEXEC), .mode = mode, .resolve = resolve};
  int dir = slot == NO_SLOT ? AT_FDCWD : slot_fd(slot);
  if (dir == -1) return -1;
  /* EAGAIN: a rename or mount raced with the walk (openat2(2)); siblings may provoke it, so the tries are bounded. */
  for (int tries = 0;; tries++) {
    int fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof how);
    if (fd >= 0 || errno != EAGAIN || tries == 128) return fd;
  }
}

int open_in_root(uint64_t slot, const char *path, int flags) {
  return open_below(slot, path, flags, 0, slot == NO_SLOT ? 0 : RESOLVE_IN_ROOT);
}

int open_parent(const struct field *f, const char **base) {
  const char *path = TEXT(f[1]), *slash = strrchr(path, '/');
  char parent[PATH_MAX] = ".";
  *base = slash == NULL ? path : slash + 1;
  if (**base == 0 || strcmp(*base, ".") == 0 || strcmp(*base, "..") == 0) return fail(EINVAL);
  if (slash != NULL) {
    size_t length = slash == path ? 1 : (size_t)(slash - path);
    if (length >= sizeof parent) return fail(ENAMETOOLONG);
    memcpy(parent, path, length);
    parent[length] = 0;
  }
  return open_in_root(f->number, parent, O_PATH | O_DIRECTORY);
}

int op_open(const struct field *f) {
  return slot_put(f[5].number, open_below(f[0].number, TEXT(f[1]), (int)f[2].number, (unsigned)f[3].number, f[4].number));
}
