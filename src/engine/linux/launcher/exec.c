/* What a child ends as: the pid 1 of a container, and a program. */
#include "launcher.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>

/* Slots, and what a server has open beside them. */
enum { MAX_DESCRIPTORS = MAX_SLOTS + 64 };

/* --- pid 1 of a container: reaps everything, forwards signals to the main process, ends with it */

static _Noreturn void be_init(pid_t main_pid, int exec_pipe) {
  char byte;
  while (read(exec_pipe, &byte, 1) < 0 && errno == EINTR) {} /* ends at exec, or with the child */
  if (dup2(sync_fd, 3) < 0) _exit(126);
  sync_fd = 3;
  /* A seccomp profile of the user's may refuse close_range. */
  if (syscall(SYS_close_range, 4u, ~0u, 0u) < 0)
    for (int fd = 4; fd < MAX_DESCRIPTORS; fd++) close(fd);
  for (int fd = 0; fd < 3; fd++) close(fd);
  process_child_says('S', 0);
  sigset_t all;
  sigfillset(&all);
  for (;;) {
    int status, signal_number = sigwaitinfo(&all, NULL);
    if (signal_number < 0 && errno == EINTR) continue;
    if (signal_number < 0) _exit(126); /* a seccomp profile of the user's that does not let us wait */
    if (signal_number != SIGCHLD) {
      kill(main_pid, signal_number);
      continue;
    }
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
      if (pid != main_pid) continue;
      process_child_says('X', (uint32_t)status);
      _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    }
  }
}

int op_reap(const struct field *f) {
  (void)f;
  int exec_pipe[2];
  sigset_t all;
  sigfillset(&all);
  if (pipe2(exec_pipe, O_CLOEXEC) < 0 || sigprocmask(SIG_SETMASK, &all, NULL) < 0) return -1;
  prctl(PR_SET_NAME, "mayfly-init");
  pid_t pid = fork();
  if (pid < 0) return -1;
  if (pid > 0) {
    close(exec_pipe[1]);
    be_init(pid, exec_pipe[0]);
  }
  close(exec_pipe[0]);
  return 0;
}

/* --- exec */

/* execve says ENOENT for a missing program and for a missing interpreter (#! or PT_INTERP) alike; ELIBACC tells the latter. */
static int exec_one(const char *path, char **argv, char **env) {
  execve(path, argv, env);
  if (errno == ENOENT && access(path, F_OK) == 0) errno = ELIBACC;
  return -1;
}

static int exec_searched(const char *name, char **argv, char **env) {
  const char *path = "";
  char candidate[PATH_MAX];
  int error = ENOENT;
  if (strchr(name, '/')) return exec_one(name, argv, env);
  for (char **e = env; *e; e++)
    if (strncmp(*e, "PATH=", 5) == 0) path = *e + 5;
  for (;; path++) {
    int length = (int)strcspn(path, ":");
    const char *slash = length > 0 ? "/" : "";
    if (snprintf(candidate, sizeof candidate, "%.*s%s%s", length, path, slash, name) < (int)sizeof candidate) {
      exec_one(candidate, argv, env);
      if (errno == EACCES) error = EACCES; /* execvp(3): remembered, the search goes on */
      else if (errno != ENOENT && errno != ENOTDIR) return -1;
    }
    path += length;
    if (*path == 0) return fail(error);
  }
}

static void forget_signals(void) {
  sigset_t none;
  sigemptyset(&none);
  signal(SIGPIPE, SIG_DFL);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

int op_exec(const struct field *f) {
  char **argv = tape_texts(&f[1]), **env = tape_texts(&f[2]);
  if (argv == NULL || env == NULL) return -1;
  forget_signals();
  return exec_searched(TEXT(f[0]), argv, env);
}

int op_execSlot(const struct field *f) {
  int fd = slot_fd(f[0].number);
  char **argv = tape_texts(&f[1]), **env = tape_texts(&f[2]);
  if (fd < 0 || argv == NULL || env == NULL) return -1;
  forget_signals();
  return (int)syscall(SYS_execveat, fd, "", argv, env, AT_EMPTY_PATH);
}
