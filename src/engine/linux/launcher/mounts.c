/* Mounts by descriptor: nothing an image contains can steer where one lands. */
#include "launcher.h"

#include <linux/mount.h>
#include <sys/stat.h>

enum { DETACH = 2 }; /* MNT_DETACH of <sys/mount.h>, which cannot be included beside <linux/mount.h> with glibc 2.36 */

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
  int context = options == NULL ? -1 : (int)syscall(SYS_fsopen, TEXT(f[0]), FSOPEN_CLOEXEC);
  int fd = context < 0 ? -1 : configure(context, options);
  free(options);
  if (fd == 0) fd = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, (unsigned)f[2].number);
  fd = slot_put(f[3].number, fd);
  return context < 0 ? -1 : close_keeping_errno(context, fd);
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

int op_pivotRoot(const struct field *f) {
  int fd = slot_fd(f[0].number);
  if (fd < 0 || fchdir(fd) < 0 || syscall(SYS_pivot_root, ".", ".") < 0) return -1;
  return syscall(SYS_umount2, ".", DETACH) < 0 ? -1 : chdir("/");
}

/* A copy of the mount `source`, read-only, onto `at`. */
static int cover(int source, int at, uint64_t attributes, unsigned recursive) {
  int copy = (int)syscall(SYS_open_tree, source, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | recursive);
  if (copy < 0) return -1;
  int result = set_attributes(copy, (struct mount_attr){.attr_set = MOUNT_ATTR_RDONLY | attributes}, recursive != 0);
  if (result == 0)
    result = (int)syscall(SYS_move_mount, copy, "", at, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
  return close_keeping_errno(copy, result);
}

/* What is not there needs no cover. */
static int open_to_cover(const struct field *f, bool *missing) {
  *missing = false;
  if (f[0].number == NO_SLOT) return fail(EBADF);
  int at = open_in_root(f[0].number, TEXT(f[1]), O_PATH);
  *missing = at < 0 && (errno == ENOENT || errno == ENOTDIR);
  return at;
}

int op_maskPath(const struct field *f) {
  struct stat s;
  bool missing;
  int at = open_to_cover(f, &missing);
  if (at < 0) return missing ? 0 : -1;
  int source = fstat(at, &s) < 0 ? -1 : slot_fd(S_ISDIR(s.st_mode) ? f[3].number : f[2].number);
  uint64_t inert = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
  return close_keeping_errno(at, source < 0 ? -1 : cover(source, at, inert, 0));
}

int op_readonlyPath(const struct field *f) {
  bool missing;
  int at = open_to_cover(f, &missing);
  if (at < 0) return missing ? 0 : -1;
  return close_keeping_errno(at, cover(at, at, 0, AT_RECURSIVE));
}
