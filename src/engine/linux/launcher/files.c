/* Files below a directory, and file systems in a file. Paths are resolved in the root; the last component is never followed. */
#include "launcher.h"

#include <dirent.h>
#include <linux/loop.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>

enum { MAX_LISTING = 1 << 20, XATTR_ROOM = 65536, MAX_XATTRS = 2 * XATTR_ROOM + 4096 };

int op_writeFile(const struct field *f) {
  /* No mount may stand in for a file of /proc or of a cgroup (CVE-2025-52881), no FIFO may stop us. */
  uint64_t resolve = f[0].number == NO_SLOT ? 0 : RESOLVE_IN_ROOT | RESOLVE_NO_XDEV;
  int fd = open_below(f[0].number, TEXT(f[1]), O_WRONLY | O_NONBLOCK, 0, resolve);
  return fd < 0 ? -1 : close_keeping_errno(fd, write_once(fd, &f[2]));
}

int op_setTimes(const struct field *f) {
  struct timespec at = {(time_t)f[2].number, (long)f[3].number};
  int fd = open_itself(f);
  return fd < 0 ? -1 : close_keeping_errno(fd, utimensat(fd, "", (struct timespec[]){at, at}, AT_EMPTY_PATH));
}

int op_stat(const struct field *f) {
  struct statx facts;
  int fd = open_in_root(f[0].number, TEXT(f[1]), O_PATH | (f[2].number & 1 ? 0 : O_NOFOLLOW));
  if (fd < 0) return -1;
  int result = statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &facts);
  if (result == 0) reply_add(&facts, sizeof facts);
  return close_keeping_errno(fd, result);
}

int op_readLink(const struct field *f) {
  char target[4096];
  int fd = open_itself(f);
  if (fd < 0) return -1;
  ssize_t n = readlinkat(fd, "", target, sizeof target);
  if (n < 0 && errno == ENOENT) errno = EINVAL; /* no link; readlinkat(2) says EINVAL of those that have a path */
  if (n >= 0) reply_add(target, (size_t)n);
  return close_keeping_errno(fd, n < 0 ? -1 : 0);
}

int op_listDirectory(const struct field *f) {
  int fd = open_in_root(f[0].number, TEXT(f[1]), O_RDONLY | O_DIRECTORY), result = 0;
  DIR *listing = fd < 0 ? NULL : fdopendir(fd);
  if (listing == NULL) return fd < 0 ? -1 : close_keeping_errno(fd, -1);
  reply_add(NULL, 0);
  for (struct dirent *entry; result == 0 && (entry = readdir(listing));)
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
      result = reply_extend(entry->d_name, strlen(entry->d_name) + 1, MAX_LISTING);
  closedir(listing);
  return result < 0 ? fail(E2BIG) : 0;
}

static int read_xattrs(const char *path) {
  static char names[XATTR_ROOM], value[XATTR_ROOM];
  ssize_t length = listxattr(path, names, sizeof names);
  if (length < 0 && errno != ENOTSUP) return -1;
  reply_add(NULL, 0);
  for (char *name = names; name < names + length; name += strlen(name) + 1) {
    ssize_t n = getxattr(path, name, value, sizeof value);
    uint32_t size = (uint32_t)n;
    if (n < 0) continue; /* gone meanwhile, or not ours to read */
    if (reply_extend(name, strlen(name) + 1, MAX_XATTRS) < 0 || reply_extend(&size, sizeof size, MAX_XATTRS) < 0 ||
        reply_extend(value, size, MAX_XATTRS) < 0)
      return -1;
  }
  return 0;
}

int op_listXattrs(const struct field *f) {
  char path[32];
  int fd = open_through(f, path);
  return fd < 0 ? -1 : close_keeping_errno(fd, read_xattrs(path));
}

/* --- file systems in a file: one without a name (unnamedFile), and a loop device over it. The kernel takes both
 * away with their last user. */

static int copy_stretch(int from, int to, off_t at, off_t end) {
  if (lseek(to, at, SEEK_SET) < 0) return -1;
  while (at < end) {
    ssize_t n = sendfile(to, from, &at, (size_t)(end - at));
    if (n <= 0) return n < 0 ? -1 : fail(EIO); /* it was cut short meanwhile */
  }
  return 0;
}

int op_copySparse(const struct field *f) {
  int from = slot_fd(f[0].number), to = slot_fd(f[1].number);
  struct stat s;
  if (from < 0 || to < 0 || fstat(from, &s) < 0 || ftruncate(to, s.st_size) < 0) return -1;
  for (off_t end = 0; end < s.st_size;) {
    off_t at = lseek(from, end, SEEK_DATA);
    if (at < 0) return errno == ENXIO ? 0 : -1; /* a hole up to the end */
    end = lseek(from, at, SEEK_HOLE);
    if (end < 0 || copy_stretch(from, to, at, end) < 0) return -1;
  }
  return 0;
}

/* Between its being free and ours others may take a device, so the tries are bounded. */
static int free_loop(int control, int file, uint32_t *number) {
  struct loop_config config = {.fd = (uint32_t)file, .info = {.lo_flags = LO_FLAGS_AUTOCLEAR}};
  char path[32];
  for (int tries = 0;; tries++) {
    int found = ioctl(control, LOOP_CTL_GET_FREE);
    if (found < 0) return -1;
    snprintf(path, sizeof path, "/dev/loop%d", found);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) return -1;
    *number = (uint32_t)found;
    if (ioctl(fd, LOOP_CONFIGURE, &config) == 0) return fd;
    close_keeping_errno(fd, -1);
    if (errno != EBUSY || tries == 128) return -1;
  }
}

int op_loopDevice(const struct field *f) {
  uint32_t number;
  int file = slot_fd(f[0].number);
  int control = file < 0 ? -1 : open("/dev/loop-control", O_RDWR | O_CLOEXEC);
  if (control < 0) return -1;
  int fd = close_keeping_errno(control, free_loop(control, file, &number));
  if (fd >= 0) reply_add(&number, sizeof number);
  return slot_put(f[1].number, fd);
}
