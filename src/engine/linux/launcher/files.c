/* Files below a directory. The parent is resolved in the root; the last component is never followed. */
#define _GNU_SOURCE
#include "launcher.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { MAX_LISTING = 1 << 20, EXISTING_IS_FINE = 1, MISSING_IS_FINE = 0x10000 };

static int write_once(int fd, const struct field *data) {
  if (fd < 0) return -1;
  ssize_t n = write(fd, data->data, data->length);
  if (n >= 0 && (size_t)n != data->length) {
    errno = EIO;
    n = -1;
  }
  return close_keeping_errno(fd, n < 0 ? -1 : 0);
}

int op_writeFile(const struct field *f) {
  int dir = slot_dir(f[0].number);
  if (dir < 0 && dir != AT_FDCWD) return -1;
  /* No mount may stand in for a file of /proc or of a cgroup (CVE-2025-52881), no FIFO may stop us. */
  uint64_t resolve = dir == AT_FDCWD ? 0 : RESOLVE_IN_ROOT | RESOLVE_NO_XDEV;
  return write_once(open_in_root(dir, TEXT(f[1]), O_WRONLY | O_NONBLOCK, 0, resolve), &f[2]);
}

int op_writeProcessFile(const struct field *f) {
  char path[64];
  int pid = process_pid((uint32_t)f[0].number);
  if (pid < 0) return -1;
  if (strchr(TEXT(f[1]), '/') || snprintf(path, sizeof path, "/proc/%d/%s", pid, TEXT(f[1])) >= (int)sizeof path) {
    errno = EINVAL;
    return -1;
  }
  return write_once(open(path, O_WRONLY | O_CLOEXEC), &f[2]);
}

int op_mkdir(const struct field *f) {
  const char *base;
  int parent = open_parent(f[0].number, TEXT(f[1]), &base);
  if (parent < 0) return -1;
  int result = mkdirat(parent, base, (mode_t)f[2].number);
  if (result < 0 && errno == EEXIST && (f[3].number & EXISTING_IS_FINE)) result = 0;
  return close_keeping_errno(parent, result);
}

int op_symlink(const struct field *f) {
  const char *base;
  int parent = open_parent(f[0].number, TEXT(f[1]), &base);
  return parent < 0 ? -1 : close_keeping_errno(parent, symlinkat(TEXT(f[2]), parent, base));
}

int op_link(const struct field *f) {
  const char *from, *to;
  int from_parent = open_parent(f[0].number, TEXT(f[1]), &from);
  if (from_parent < 0) return -1;
  int to_parent = open_parent(f[2].number, TEXT(f[3]), &to);
  if (to_parent < 0) return close_keeping_errno(from_parent, -1);
  return close_keeping_errno(from_parent, close_keeping_errno(to_parent, linkat(from_parent, from, to_parent, to, 0)));
}

int op_mknod(const struct field *f) {
  const char *base;
  int parent = open_parent(f[0].number, TEXT(f[1]), &base);
  return parent < 0 ? -1 : close_keeping_errno(parent, mknodat(parent, base, (mode_t)f[2].number, (dev_t)f[3].number));
}

int op_unlink(const struct field *f) {
  const char *base;
  int parent = open_parent(f[0].number, TEXT(f[1]), &base);
  if (parent < 0) return errno == ENOENT && (f[2].number & MISSING_IS_FINE) ? 0 : -1;
  int result = unlinkat(parent, base, (int)(f[2].number & AT_REMOVEDIR));
  if (result < 0 && errno == ENOENT && (f[2].number & MISSING_IS_FINE)) result = 0;
  return close_keeping_errno(parent, result);
}

int op_chown(const struct field *f) {
  const char *base;
  int parent = open_parent(f[0].number, TEXT(f[1]), &base);
  return parent < 0 ? -1 : close_keeping_errno(parent, fchownat(parent, base, (uid_t)f[2].number, (gid_t)f[3].number, AT_SYMLINK_NOFOLLOW));
}

/* Through O_PATH and /proc/self/fd, since fchmodat knows AT_SYMLINK_NOFOLLOW only since Linux 6.6. */
int op_chmod(const struct field *f) {
  const char *base;
  char path[64];
  struct stat s;
  int parent = open_parent(f[0].number, TEXT(f[1]), &base);
  if (parent < 0) return -1;
  int fd = openat(parent, base, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  close(parent);
  if (fd < 0) return -1;
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  if (fstat(fd, &s) == 0 && S_ISLNK(s.st_mode)) {
    errno = ELOOP;
    return close_keeping_errno(fd, -1);
  }
  return close_keeping_errno(fd, chmod(path, (mode_t)f[2].number));
}

int op_setTimes(const struct field *f) {
  const char *base;
  struct timespec at = {(time_t)f[2].number, (long)f[3].number};
  struct timespec times[2] = {at, at};
  int parent = open_parent(f[0].number, TEXT(f[1]), &base);
  return parent < 0 ? -1 : close_keeping_errno(parent, utimensat(parent, base, times, AT_SYMLINK_NOFOLLOW));
}

/* The *at calls for extended attributes are younger than we can ask for: name the file through its opened parent. */
static int xattr_path(const struct field *f, char *path, size_t size) {
  const char *base;
  int parent = open_parent(f[0].number, TEXT(f[1]), &base);
  if (parent >= 0 && snprintf(path, size, "/proc/self/fd/%d/%s", parent, base) >= (int)size) {
    errno = ENAMETOOLONG;
    return close_keeping_errno(parent, -1);
  }
  return parent;
}

int op_setXattr(const struct field *f) {
  char path[512];
  int parent = xattr_path(f, path, sizeof path);
  return parent < 0 ? -1 : close_keeping_errno(parent, lsetxattr(path, TEXT(f[2]), f[3].data, f[3].length, 0));
}

static int read_xattrs(const char *path) {
  static char names[65536], values[65536], out[2 * 65536 + 4096];
  size_t used = 0;
  ssize_t length = llistxattr(path, names, sizeof names);
  if (length < 0) return errno == ENOTSUP ? (reply_add("", 0), 0) : -1;
  for (char *name = names; name < names + length; name += strlen(name) + 1) {
    ssize_t n = lgetxattr(path, name, values, sizeof values);
    uint32_t size = (uint32_t)n;
    size_t name_size = strlen(name) + 1;
    if (n < 0) continue; /* gone meanwhile, or not ours to read */
    if (used + name_size + 4 + size > sizeof out) {
      errno = E2BIG;
      return -1;
    }
    memcpy(out + used, name, name_size);
    memcpy(out + used + name_size, &size, 4);
    memcpy(out + used + name_size + 4, values, size);
    used += name_size + 4 + size;
  }
  reply_add(out, used);
  return 0;
}

int op_listXattrs(const struct field *f) {
  char path[512];
  int parent = xattr_path(f, path, sizeof path);
  return parent < 0 ? -1 : close_keeping_errno(parent, read_xattrs(path));
}

int op_stat(const struct field *f) {
  struct statx facts;
  int dir = slot_dir(f[0].number), flags = O_PATH | (f[2].number & 1 ? 0 : O_NOFOLLOW);
  if (dir < 0 && dir != AT_FDCWD) return -1;
  int fd = open_in_root(dir, TEXT(f[1]), flags, 0, dir == AT_FDCWD ? 0 : RESOLVE_IN_ROOT);
  if (fd < 0) return -1;
  int result = statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &facts);
  if (result == 0) reply_add(&facts, sizeof facts);
  return close_keeping_errno(fd, result);
}

int op_readLink(const struct field *f) {
  const char *base;
  char target[4096];
  int parent = open_parent(f[0].number, TEXT(f[1]), &base);
  if (parent < 0) return -1;
  ssize_t n = readlinkat(parent, base, target, sizeof target);
  if (n >= 0) reply_add(target, (size_t)n);
  return close_keeping_errno(parent, n < 0 ? -1 : 0);
}

int op_listDirectory(const struct field *f) {
  static char names[MAX_LISTING];
  size_t used = 0;
  int dir = slot_dir(f[0].number);
  if (dir < 0 && dir != AT_FDCWD) return -1;
  int fd = open_in_root(dir, TEXT(f[1]), O_RDONLY | O_DIRECTORY, 0, dir == AT_FDCWD ? 0 : RESOLVE_IN_ROOT);
  DIR *listing = fd < 0 ? NULL : fdopendir(fd);
  if (listing == NULL) return fd < 0 ? -1 : close_keeping_errno(fd, -1);
  for (struct dirent *entry; (entry = readdir(listing));) {
    size_t size = strlen(entry->d_name) + 1;
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if (used + size > sizeof names) {
      closedir(listing);
      errno = E2BIG;
      return -1;
    }
    memcpy(names + used, entry->d_name, size);
    used += size;
  }
  closedir(listing);
  reply_add(names, used);
  return 0;
}

int op_chdir(const struct field *f) { return chdir(TEXT(f[0])); }

int op_chdirSlot(const struct field *f) {
  int fd = slot_fd(f[0].number);
  return fd < 0 ? -1 : fchdir(fd);
}

int op_removeAtExit(const struct field *f) {
  exit_path_add(TEXT(f[0]));
  return 0;
}
