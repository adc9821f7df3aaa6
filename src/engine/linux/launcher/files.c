/* Files below a directory. The parent is resolved in the root; the last component is never followed. */
#include "launcher.h"

#include <dirent.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/xattr.h>

enum { MAX_LISTING = 1 << 20, MAX_XATTRS = 1 << 17, XATTR_ROOM = 65536 };

int op_writeFile(const struct field *f) {
  /* No mount may stand in for a file of /proc or of a cgroup (CVE-2025-52881), no FIFO may stop us. */
  uint64_t resolve = f[0].number == NO_SLOT ? 0 : RESOLVE_IN_ROOT | RESOLVE_NO_XDEV;
  int fd = open_below(f[0].number, TEXT(f[1]), O_WRONLY | O_NONBLOCK, 0, resolve);
  return fd < 0 ? -1 : close_keeping_errno(fd, write_all(fd, f[2].data, f[2].length));
}

/* Through O_PATH and /proc/self/fd, since fchmodat knows AT_SYMLINK_NOFOLLOW only since Linux 6.6. */
int op_chmod(const struct field *f) {
  char path[64];
  struct stat s;
  int fd = open_in_root(f[0].number, TEXT(f[1]), O_PATH | O_NOFOLLOW);
  if (fd < 0) return -1;
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  bool is_link = fstat(fd, &s) == 0 && S_ISLNK(s.st_mode);
  return close_keeping_errno(fd, is_link ? fail(ELOOP) : chmod(path, (mode_t)f[2].number));
}

int op_setTimes(const struct field *f) {
  const char *base;
  struct timespec at = {(time_t)f[2].number, (long)f[3].number};
  int parent = open_parent(f, &base);
  if (parent < 0) return -1;
  return close_keeping_errno(parent, utimensat(parent, base, (struct timespec[]){at, at}, AT_SYMLINK_NOFOLLOW));
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
  const char *base;
  char target[4096];
  int parent = open_parent(f, &base);
  if (parent < 0) return -1;
  ssize_t n = readlinkat(parent, base, target, sizeof target);
  if (n >= 0) reply_add(target, (size_t)n);
  return close_keeping_errno(parent, n < 0 ? -1 : 0);
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

/* --- extended attributes. Their *at calls are younger than we can ask for: name the file through its opened parent. */

static int xattr_path(const struct field *f, char *path, size_t size) {
  const char *base;
  int parent = open_parent(f, &base);
  if (parent >= 0 && snprintf(path, size, "/proc/self/fd/%d/%s", parent, base) >= (int)size)
    return close_keeping_errno(parent, fail(ENAMETOOLONG));
  return parent;
}

int op_setXattr(const struct field *f) {
  char path[512];
  int parent = xattr_path(f, path, sizeof path);
  return parent < 0 ? -1 : close_keeping_errno(parent, lsetxattr(path, TEXT(f[2]), f[3].data, f[3].length, 0));
}

static int read_xattrs(const char *path) {
  static char names[XATTR_ROOM], value[XATTR_ROOM];
  ssize_t length = llistxattr(path, names, sizeof names);
  if (length < 0 && errno != ENOTSUP) return -1;
  reply_add(NULL, 0);
  for (char *name = names; name < names + length; name += strlen(name) + 1) {
    ssize_t n = lgetxattr(path, name, value, sizeof value);
    uint32_t size = (uint32_t)n;
    if (n < 0) continue; /* gone meanwhile, or not ours to read */
    if (reply_extend(name, strlen(name) + 1, MAX_XATTRS) < 0 || reply_extend(&size, sizeof size, MAX_XATTRS) < 0 ||
        reply_extend(value, size, MAX_XATTRS) < 0)
      return -1;
  }
  return 0;
}

int op_listXattrs(const struct field *f) {
  char path[512];
  int parent = xattr_path(f, path, sizeof path);
  return parent < 0 ? -1 : close_keeping_errno(parent, read_xattrs(path));
}
