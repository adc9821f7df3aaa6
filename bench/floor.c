/*
 * The floor: what the kernel itself costs. One container with the same isolation as Mayfly's, made by the shortest straight
 * line of system calls, without any of a runtime's duties (no frames, no checks, no reaper, no masks, no files in /etc).
 *
 *   floor SCRATCH LOWER FILTER PROGRAM [ARGUMENT…]
 *
 * SCRATCH: an empty directory · LOWER: an unpacked layer · FILTER: struct sock_filter[], as Mayfly compiles it.
 *
 * Its system calls, in order (docs/benchmarks.md has the same list):
 *   parent  open read close FILTER · pipe2 · clone3(NEWUSER NEWNS NEWPID NEWNET NEWIPC NEWUTS NEWCGROUP)
 *           open write close uid_map, gid_map · write pipe · waitid
 *   child   read pipe · setgroups setresgid setresuid
 *           mount(/, rec private) · mount tmpfs (upper) · mkdir ×3 · mount overlay · mount proc · mount sysfs
 *           mount tmpfs /dev · (open close mount bind) ×6 nodes · symlink ×6 · mkdir ×3 · mount devpts, tmpfs shm, mqueue
 *           sethostname · chdir pivot_root umount2 chdir
 *           prctl CAPBSET_DROP ×28 · capset · prctl NO_NEW_PRIVS · seccomp · execve
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { IDS = 65536, FIRST_ID = 0x6ffe0000, LAST_CAP = 40 };
/* Docker's default set without NET_RAW, as in src/core/container-defaults.ts. */
static const uint64_t capabilities = 1ull << CAP_CHOWN | 1ull << CAP_DAC_OVERRIDE | 1ull << CAP_FSETID | 1ull << CAP_FOWNER |
    1ull << CAP_MKNOD | 1ull << CAP_SETGID | 1ull << CAP_SETUID | 1ull << CAP_SETFCAP | 1ull << CAP_SETPCAP |
    1ull << CAP_NET_BIND_SERVICE | 1ull << CAP_SYS_CHROOT | 1ull << CAP_KILL | 1ull << CAP_AUDIT_WRITE;

static struct sock_filter filter[8192];
static struct sock_fprog program = {0, filter};

#define MUST(call) must((long)(call), #call)
static long must(long result, const char *what) {
  if (result >= 0) return result;
  perror(what);
  _exit(125);
}

static void read_filter(const char *path) {
  int fd = (int)MUST(open(path, O_RDONLY | O_CLOEXEC));
  program.len = (unsigned short)(MUST(read(fd, filter, sizeof filter)) / (long)sizeof *filter);
  close(fd);
}

static void write_map(pid_t pid, const char *name) {
  char path[64], text[64];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
  int length = geteuid() == 0 ? snprintf(text, sizeof text, "0 %d %d\n", FIRST_ID, IDS)
                              : snprintf(text, sizeof text, "0 %d 1\n", name[0] == 'u' ? (int)geteuid() : (int)getegid());
  int fd = (int)MUST(open(path, O_WRONLY | O_CLOEXEC));
  MUST(write(fd, text, (size_t)length));
  close(fd);
}

static void make_devices(void) {
  static const char *const nodes[] = {"null", "zero", "full", "random", "urandom", "tty"};
  static const char *const links[][2] = {{"/proc/self/fd", "fd"}, {"/proc/self/fd/0", "stdin"}, {"/proc/self/fd/1", "stdout"},
                                         {"/proc/self/fd/2", "stderr"}, {"/proc/kcore", "core"}, {"pts/ptmx", "ptmx"}};
  MUST(mount("tmpfs", "r/dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=755,size=65536k"));
  for (int i = 0; i < 6; i++) {
    char from[32], to[32];
    snprintf(from, sizeof from, "/dev/%s", nodes[i]);
    snprintf(to, sizeof to, "r/dev/%s", nodes[i]);
    close((int)MUST(open(to, O_CREAT | O_WRONLY | O_CLOEXEC, 0666)));
    MUST(mount(from, to, NULL, MS_BIND, NULL));
  }
  for (int i = 0; i < 6; i++) {
    char at[32];
    snprintf(at, sizeof at, "r/dev/%s", links[i][1]);
    MUST(symlink(links[i][0], at));
  }
  MUST(mkdir("r/dev/pts", 0755));
  MUST(mkdir("r/dev/shm", 0755));
  MUST(mkdir("r/dev/mqueue", 0755));
  MUST(mount("devpts", "r/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620"));
  MUST(mount("tmpfs", "r/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=1777,size=64m"));
  MUST(mount("mqueue", "r/dev/mqueue", "mqueue", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL));
}

static void make_root(const char *scratch, const char *lower) {
  char options[4096];
  MUST(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
  MUST(mount("tmpfs", scratch, "tmpfs", MS_NODEV, "mode=755,size=1g"));
  MUST(chdir(scratch));
  MUST(mkdir("u", 0755));
  MUST(mkdir("w", 0755));
  MUST(mkdir("r", 0755));
  snprintf(options, sizeof options, "lowerdir=%s,upperdir=u,workdir=w,userxattr", lower);
  MUST(mount("overlay", "r", "overlay", 0, options));
  MUST(mount("proc", "r/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL));
  MUST(mount("sysfs", "r/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, NULL));
  make_devices();
  MUST(sethostname("floor", 5));
  MUST(chdir("r"));
  MUST(syscall(SYS_pivot_root, ".", "."));
  MUST(umount2(".", MNT_DETACH));
  MUST(chdir("/"));
}

static void give_up_rights(void) {
  struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  for (int cap = 0; cap <= LAST_CAP; cap++)
    if (!(capabilities >> cap & 1)) prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
  for (int i = 0; i < 2; i++) {
    uint32_t half = (uint32_t)(capabilities >> 32 * i);
    data[i] = (struct __user_cap_data_struct){half, half, 0};
  }
  MUST(syscall(SYS_capset, &head, data));
  MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  MUST(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
}

int main(int argc, char **argv) {
  int gate[2];
  char go;
  siginfo_t end;
  if (argc < 5) return 2;
  read_filter(argv[3]);
  MUST(pipe2(gate, O_CLOEXEC));
  struct clone_args args = {.flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP,
                            .exit_signal = SIGCHLD};
  pid_t pid = (pid_t)MUST(syscall(SYS_clone3, &args, sizeof args));
  if (pid == 0) {
    MUST(read(gate[0], &go, 1));
    setgroups(0, NULL); /* refused where only one id is mapped */
    MUST(setresgid(0, 0, 0));
    MUST(setresuid(0, 0, 0));
    make_root(argv[1], argv[2]);
    give_up_rights();
    execve(argv[4], argv + 4, (char *[]){"PATH=/bin", NULL});
    perror(argv[4]);
    _exit(127);
  }
  if (geteuid() != 0) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/setgroups", pid);
    int fd = (int)MUST(open(path, O_WRONLY | O_CLOEXEC));
    MUST(write(fd, "deny", 4));
    close(fd);
  }
  write_map(pid, "uid_map");
  write_map(pid, "gid_map");
  MUST(write(gate[1], "g", 1));
  MUST(waitid(P_PID, (id_t)pid, &end, WEXITED));
  return end.si_code == CLD_EXITED ? end.si_status : 128 + end.si_status;
}
