/* What a process may do, and where: ids, capabilities, filters, limits, namespaces. */
#include "launcher.h"

#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static bool undumpable;

/* With fs.suid_dumpable=1 a change of credentials makes a process dumpable again (kernel/cred.c, commit_creds). */
static int stay_undumpable(int result) {
  int error = errno;
  if (undumpable) prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  errno = error;
  return result;
}

int op_dumpable(const struct field *f) {
  undumpable = f[0].number == 0;
  return prctl(PR_SET_DUMPABLE, f[0].number, 0, 0, 0);
}

int op_setGroups(const struct field *f) { return setgroups(f[0].length / sizeof(gid_t), (const gid_t *)(const void *)f[0].data); }

int op_setIds(const struct field *f) {
  uid_t uid = (uid_t)f[0].number;
  gid_t gid = (gid_t)f[1].number;
  return stay_undumpable(setresgid(gid, gid, gid) < 0 ? -1 : setresuid(uid, uid, uid));
}

int op_boundCaps(const struct field *f) {
  for (unsigned long cap = 0; cap < 64; cap++) {
    if (f[0].number >> cap & 1) continue;
    if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0) continue;
    return errno == EINVAL ? 0 : -1; /* EINVAL: above the kernel's last capability */
  }
  return 0;
}

int op_setCaps(const struct field *f) {
  struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  for (int i = 0; i < 2; i++)
    data[i] = (struct __user_cap_data_struct){(uint32_t)(f[0].number >> 32 * i), (uint32_t)(f[1].number >> 32 * i),
                                              (uint32_t)(f[2].number >> 32 * i)};
  return stay_undumpable((int)syscall(SYS_capset, &head, data));
}

int op_seccomp(const struct field *f) {
  size_t count = f[1].length / sizeof(struct sock_filter);
  struct sock_fprog program = {(unsigned short)count, (struct sock_filter *)(void *)f[1].data};
  if (count > BPF_MAXINSNS) return fail(E2BIG);
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, (unsigned)f[0].number, &program);
}

/* Set, then looked whether the parent was gone before: its end of the sync socket is closed then. */
int op_parentDeathSignal(const struct field *f) {
  if (prctl(PR_SET_PDEATHSIG, f[0].number, 0, 0, 0) < 0) return -1;
  struct pollfd parent = {.fd = sync_fd, .events = 0};
  if (sync_fd >= 0 && poll(&parent, 1, 0) > 0 && (parent.revents & POLLHUP)) _exit(125);
  return 0;
}

int op_rlimit(const struct field *f) {
  return setrlimit((__rlimit_resource_t)f[0].number, &(struct rlimit){f[1].number, f[2].number});
}

/* --- a server steps into other namespaces for an operation or two; after each tape it is back in its own */

static const struct { const char *path; int flag; } kinds[] = {
    {"/proc/self/ns/mnt", CLONE_NEWNS},
    {"/proc/self/ns/net", CLONE_NEWNET},
    {"/proc/self/ns/pid", CLONE_NEWPID},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static int own[KINDS];
static uint64_t changed;

void namespaces_remember(void) {
  for (int i = 0; i < KINDS; i++) own[i] = open(kinds[i].path, O_RDONLY | O_CLOEXEC);
}

int namespaces_restore(void) {
  uint64_t todo = changed;
  changed = 0;
  for (int i = 0; i < KINDS; i++)
    if ((todo & (uint64_t)kinds[i].flag) && setns(own[i], kinds[i].flag) < 0) return -1;
  return 0;
}

int op_setns(const struct field *f) {
  int fd = slot_fd(f[0].number);
  if (fd < 0) return -1;
  changed |= f[1].number;
  return stay_undumpable(setns(fd, (int)f[1].number));
}

int op_unshare(const struct field *f) {
  changed |= f[0].number;
  return unshare((int)f[0].number);
}
