/* Mounts by descriptor: nothing an image contains can steer where one lands. */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* From <sys/mount.h>, which cannot be included beside <linux/mount.h> with glibc 2.36. */
int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data);
int umount2(const char *target, int flags);
enum { DETACH = 2 };

static int sys_open_tree(int dir, const char *path, unsigned flags) {
  return (int)syscall(SYS_open_tree, dir, path, flags | OPEN_TREE_CLOEXEC);
}

static int sys_move_mount(int from, int to) {
  return (int)syscall(SYS_move_mount, from, "", to, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

static const char *or_null(const struct field *f) { return f->length > 1 ? TEXT(*f) : NULL; }

int op_mount(const struct field *f) {
  return mount(or_null(&f[0]), TEXT(f[1]), or_null(&f[2]), f[3].number, or_null(&f[4]));
}

int op_umount(const struct field *f) { return umount2(TEXT(f[0]), (int)f[1].number); }

static int configure(int context, char **options) {
  for (char **option = options; *option; option++) {
    char *equals = strchr(*option, '=');
    if (equals) *equals = 0;
    long result = syscall(SYS_fsconfig, context, equals ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG, *option,
                          equals ? equals + 1 : NULL, 0);
    if (equals) *equals = '=';
    if (result < 0) return -1;
  }
  return (int)syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
}

int op_newMount(const struct field *f) {
  char **options = tape_texts(&f[1]);
  if (options == NULL) return -1;
  int context = (int)syscall(SYS_fsopen, TEXT(f[0]), FSOPEN_CLOEXEC);
  int configured = context < 0 ? -1 : configure(context, options);
  free(options);
  if (context < 0) return -1;
  if (configured < 0) return close_keeping_errno(context, -1);
  int fd = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, (unsigned)f[2].number);
  return close_keeping_errno(context, slot_put(f[3].number, fd));
}

int op_openTree(const struct field *f) {
  int dir = slot_dir(f[0].number);
  if (dir < 0 && dir != AT_FDCWD) return -1;
  unsigned flags = (unsigned)f[2].number;
  if (dir == AT_FDCWD || f[1].length == 1)
    return slot_put(f[3].number, sys_open_tree(dir, TEXT(f[1]), flags | (f[1].length == 1 ? AT_EMPTY_PATH : 0)));
  int at = open_in_root(dir, TEXT(f[1]), O_PATH, 0, RESOLVE_IN_ROOT);
  if (at < 0) return -1;
  return close_keeping_errno(at, slot_put(f[3].number, sys_open_tree(at, "", flags | AT_EMPTY_PATH)));
}

static int set_attributes(int fd, struct mount_attr attributes, bool recursive) {
  unsigned flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
  return (int)syscall(SYS_mount_setattr, fd, "", flags, &attributes, sizeof attributes);
}

int op_setMountAttributes(const struct field *f) {
  int fd = slot_fd(f[0].number);
  struct mount_attr a = {.attr_set = f[1].number, .attr_clr = f[2].number, .propagation = f[3].number};
  if (fd < 0) return -1;
  if (f[4].number != NO_SLOT) {
    int userns = slot_fd(f[4].number);
    if (userns < 0) return -1;
    a.attr_set |= MOUNT_ATTR_IDMAP;
    a.userns_fd = (uint64_t)userns;
  }
  return set_attributes(fd, a, f[5].number != 0);
}

int op_attachMount(const struct field *f) {
  int fd = slot_fd(f[0].number), dir = slot_dir(f[1].number);
  if (fd < 0 || (dir < 0 && dir != AT_FDCWD)) return -1;
  int at = open_in_root(dir, TEXT(f[2]), O_PATH, 0, dir == AT_FDCWD ? 0 : RESOLVE_IN_ROOT);
  return at < 0 ? -1 : close_keeping_errno(at, sys_move_mount(fd, at));
}

int op_pivotRoot(const struct field *f) {
  int fd = slot_fd(f[0].number);
  if (fd < 0 || fchdir(fd) < 0 || syscall(SYS_pivot_root, ".", ".") < 0) return -1;
  return umount2(".", DETACH) < 0 ? -1 : chdir("/");
}

int op_maskPath(const struct field *f) {
  struct stat s;
  int dir = slot_fd(f[0].number);
  int at = dir < 0 ? -1 : open_in_root(dir, TEXT(f[1]), O_PATH, 0, RESOLVE_IN_ROOT);
  if (at < 0) return dir >= 0 && (errno == ENOENT || errno == ENOTDIR) ? 0 : -1;
  int source = fstat(at, &s) < 0 ? -1 : slot_fd(S_ISDIR(s.st_mode) ? f[3].number : f[2].number);
  int copy = source < 0 ? -1 : sys_open_tree(source, "", AT_EMPTY_PATH | OPEN_TREE_CLONE);
  if (copy < 0) return close_keeping_errno(at, -1);
  int result = set_attributes(copy, (struct mount_attr){.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC}, false);
  if (result == 0) result = sys_move_mount(copy, at);
  return close_keeping_errno(at, close_keeping_errno(copy, result));
}

int op_readonlyPath(const struct field *f) {
  int dir = slot_fd(f[0].number);
  int at = dir < 0 ? -1 : open_in_root(dir, TEXT(f[1]), O_PATH, 0, RESOLVE_IN_ROOT);
  if (at < 0) return dir >= 0 && (errno == ENOENT || errno == ENOTDIR) ? 0 : -1;
  int copy = sys_open_tree(at, "", AT_EMPTY_PATH | AT_RECURSIVE | OPEN_TREE_CLONE);
  if (copy < 0) return close_keeping_errno(at, -1);
  int result = set_attributes(copy, (struct mount_attr){.attr_set = MOUNT_ATTR_RDONLY}, true);
  if (result == 0) result = sys_move_mount(copy, at);
  return close_keeping_errno(at, close_keeping_errno(copy, result));
}
