/* Children: cloned by a tape, released by their parent, reaped at once. A child and its parent talk over a sync socket. */
#include "launcher.h"

#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>

struct process {
  struct process *next;
  uint32_t id;
  pid_t pid;
  int sync;      /* -1 after end of file */
  bool released;
  bool started;  /* said to Node */
  bool failed;   /* a failure was said; the end is then not news */
  bool has_status;
  int status;
};

/* One message on the sync socket, child to parent. */
struct sync_message {
  char kind; /* F failed · O offers a pump (with a descriptor) · S started · X main process exited */
  uint32_t a, b, c, d;
};

int sync_fd = -1;
bool is_server = true;
static struct process *processes; /* newest first */
static struct process *before_tape;

static struct process *find(uint64_t id) {
  for (struct process *p = processes; p; p = p->next)
    if (p->id == id) return p;
  errno = ESRCH;
  return NULL;
}

static void send_sync(const struct sync_message *m, int fd) {
  if (send_with_fd(sync_fd, m, sizeof *m, fd) < 0) _exit(126);
}

void process_child_says(char kind, uint32_t number) { send_sync(&(struct sync_message){kind, number, 0, 0, 0}, -1); }

static _Noreturn void run_child(int sync, const struct field *tape) {
  struct failure x;
  sync_fd = sync;
  is_server = false;
  if (perform_tape(tape->data, tape->length, &x) == 0) _exit(0);
  send_sync(&(struct sync_message){'F', x.op_index, x.op_code, x.error, x.detail}, -1);
  _exit(127);
}

int op_clone(const struct field *f) {
  int pair[2], pidfd;
  struct clone_args args = {.flags = f[0].number | CLONE_PIDFD, .pidfd = (uint64_t)(uintptr_t)&pidfd, .exit_signal = SIGCHLD};
  if (!is_server) return fail(EPERM);
  if (find(f[1].number)) return fail(EEXIST);
  struct process *p = malloc(sizeof *p);
  if (p == NULL || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
    free(p);
    return -1;
  }
  pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
  if (pid == 0) {
    close(pair[0]);
    run_child(pair[1], &f[3]);
  }
  close_keeping_errno(pair[1], 0);
  if (pid < 0) {
    free(p);
    return close_keeping_errno(pair[0], -1);
  }
  *p = (struct process){.next = processes, .id = (uint32_t)f[1].number, .pid = pid, .sync = pair[0]};
  processes = p;
  if (f[2].number == NO_SLOT) close(pidfd);
  else if (slot_put(f[2].number, pidfd) < 0) return -1;
  return watch(p->sync, WATCH_SYNC, p->id, EPOLLIN, false);
}

int op_await(const struct field *f) {
  (void)f;
  char go;
  if (recv(sync_fd, &go, 1, 0) != 1) _exit(125); /* the parent is gone, or gave up */
  return 0;
}

int op_release(const struct field *f) {
  struct process *p = find(f[0].number);
  if (p == NULL) return -1;
  p->released = true;
  /* EPIPE: it did not wait and has ended already, which its parent hears another way. */
  return send(p->sync, "g", 1, MSG_NOSIGNAL) == 1 || errno == EPIPE ? 0 : -1;
}

int op_kill(const struct field *f) {
  const struct process *p = find(f[0].number); /* ours and not yet reaped: the number cannot have been given away */
  return p == NULL ? -1 : kill(p->pid, (int)f[1].number);
}

int op_processId(const struct field *f) {
  const struct process *p = find(f[0].number);
  if (p == NULL) return -1;
  reply_add(&p->pid, sizeof p->pid);
  return 0;
}

int op_writeProcessFile(const struct field *f) {
  const struct process *p = find(f[0].number);
  char path[64];
  if (p == NULL) return -1;
  if (strchr(TEXT(f[1]), '/') || snprintf(path, sizeof path, "/proc/%d/%s", p->pid, TEXT(f[1])) >= (int)sizeof path)
    return fail(EINVAL);
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  return fd < 0 ? -1 : close_keeping_errno(fd, write_once(fd, &f[2]));
}

int op_offerPump(const struct field *f) {
  struct sync_message m = {'O', (uint32_t)f[1].number, (uint32_t)f[2].number, (uint32_t)f[3].number, 0};
  int fd = slot_fd(f[0].number);
  if (fd < 0) return -1;
  send_sync(&m, fd);
  slot_close(f[0].number);
  return 0;
}

/* --- what a server hears of its children */

static void close_sync(struct process *p) {
  if (p->sync < 0) return;
  unwatch(p->sync);
  close(p->sync);
  p->sync = -1;
}

static void say_started(struct process *p) {
  if (p->started || p->failed) return;
  p->started = true;
  say_numbers(SAY_STARTED, (uint32_t[]){p->id, (uint32_t)p->pid}, 2);
}

static void on_message(struct process *p, const struct sync_message *m, int fd) {
  switch (m->kind) {
    case 'F':
      if (p->failed || p->started) break;
      p->failed = true;
      say_numbers(SAY_LAUNCH_FAILED, (uint32_t[]){p->id, m->a, m->b, m->c, m->d}, 5);
      break;
    case 'O':
      if (fd >= 0 && pump_add(fd, m->a, m->b, m->c) == 0) return;
      break;
    case 'S': say_started(p); break;
    case 'X':
      p->has_status = true;
      p->status = (int)m->a;
      break;
    default: break;
  }
  if (fd >= 0) close(fd);
}

static void read_sync(struct process *p) {
  while (p->sync >= 0) {
    struct sync_message m;
    int fd;
    ssize_t n = receive_with_fd(p->sync, &m, sizeof m, MSG_DONTWAIT, &fd);
    /* ECONNRESET: it ended without taking its release; what it said before is still there (net/unix/af_unix.c, unix_release_sock). */
    if (n < 0 && (errno == EINTR || errno == ECONNRESET)) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n == sizeof m) on_message(p, &m, fd);
    else if (fd >= 0) close(fd);
    if (n <= 0) close_sync(p);
  }
}

void process_on_sync(uint32_t id) {
  struct process *p = find(id);
  if (p == NULL) return;
  read_sync(p);
  if (p->sync < 0 && p->released) say_started(p); /* closed by exec */
}

/* `at` is where the list has it. */
static void on_exit_of(struct process **at, int status) {
  struct process *p = *at;
  read_sync(p);
  if (p->released) say_started(p);
  pumps_drain(p->id);
  if (p->has_status) status = p->status;
  if (!p->failed) say_numbers(SAY_EXITED, (uint32_t[]){p->id, (uint32_t)status}, 2);
  close_sync(p);
  *at = p->next;
  free(p);
}

void processes_on_sigchld(void) {
  int status;
  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
    for (struct process **at = &processes; *at; at = &(*at)->next)
      if ((*at)->pid == pid) {
        on_exit_of(at, status);
        break;
      }
}

void processes_tape_begins(void) { before_tape = processes; }

void processes_kill_unreleased(void) {
  for (struct process *p = processes; p != before_tape; p = p->next) {
    if (p->released) continue;
    p->failed = true;
    kill(p->pid, SIGKILL);
  }
}

void processes_end_all(void) {
  for (struct process *p = processes; p; p = p->next) kill(p->pid, SIGKILL);
  while (waitpid(-1, NULL, 0) > 0 || errno == EINTR) {}
}
