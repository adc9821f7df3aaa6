/* Numbered descriptors. Stored as fd + 1, so that untouched pages of the table stay untouched. */
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int table[MAX_SLOTS];

int slot_fd(uint64_t slot) {
  if (slot >= MAX_SLOTS || table[slot] == 0) {
    errno = EBADF;
    return -1;
  }
  return table[slot] - 1;
}

int slot_dir(uint64_t slot) { return slot == NO_SLOT ? AT_FDCWD : slot_fd(slot); }

int slot_put(uint64_t slot, int fd) {
  if (fd < 0) return -1;
  if (slot >= MAX_SLOTS) {
    close(fd);
    errno = EBADF;
    return -1;
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
  if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) return -1;
  return slot_put(f[1].number, fd);
}
