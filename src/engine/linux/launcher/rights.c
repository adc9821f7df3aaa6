/* What a process may do: ids, capabilities, filters, limits. */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool undumpable;

/* With fs.suid_dumpable=1 a change of credentials makes a process dumpable again (kernel/cred.c, commit_creds). */
int stay_undumpable(int result) {
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
    if (errno == EINVAL) break; /* above the kernel's last capability */
    return -1;
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

int op_keepCaps(const struct field *f) { return prctl(PR_SET_KEEPCAPS, f[0].number, 0, 0, 0); }

int op_noNewPrivs(const struct field *f) {
  (void)f;
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

int op_seccomp(const struct field *f) {
  struct sock_fprog program = {(unsigned short)(f[1].length / sizeof(struct sock_filter)),
                               (struct sock_filter *)(uintptr_t)f[1].data};
  if (f[1].length / sizeof(struct sock_filter) > BPF_MAXINSNS) {
    errno = E2BIG;
    return -1;
  }
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
  struct rlimit limit = {f[1].number, f[2].number};
  return setrlimit((__rlimit_resource_t)f[0].number, &limit);
}

int op_umask(const struct field *f) {
  umask((mode_t)f[0].number);
  return 0;
}

int op_setsid(const struct field *f) {
  (void)f;
  return setsid() < 0 && errno != EPERM ? -1 : 0; /* EPERM: already the leader */
}

int op_controllingTerminal(const struct field *f) {
  int fd = slot_fd(f[0].number);
  return fd < 0 ? -1 : ioctl(fd, TIOCSCTTY, 0);
}

int op_setHostname(const struct field *f) { return sethostname(TEXT(f[0]), f[0].length - 1); }

int op_setDomainname(const struct field *f) { return setdomainname(TEXT(f[0]), f[0].length - 1); }

int op_newKeyring(const struct field *f) {
  (void)f;
  return syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 ? -1 : 0;
}
