/* The loop of a server: frames from Node, ends of children, bytes of streams. The supervisor and the sandbox's init are both one. */
#include "launcher.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/uio.h>
#include <time.h>

enum { EVENTS = 64, HEADER = 5, REMOVE_TRIES = 2500, REMOVE_PAUSE_NS = 2000000 };

static int channel_fd, epoll_fd;
static unsigned char *inbox; /* MAX_FRAME + HEADER bytes of address space; touched as needed */
static size_t inbox_length;
static struct exit_path { struct exit_path *next; char path[]; } *exit_paths;

/* --- towards Node. Blocking: Node always reads, and what is not read here is not read from the streams either. */

static _Noreturn void end_server(void);

static void write_channel(struct iovec *parts, int count) {
  while (count > 0) {
    ssize_t n = writev(channel_fd, parts, count);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) {
      poll(&(struct pollfd){channel_fd, POLLOUT, 0}, 1, -1);
      continue;
    }
    if (n < 0) end_server();
    while (count > 0 && (size_t)n >= parts->iov_len) {
      n -= (ssize_t)parts->iov_len;
      parts++;
      count--;
    }
    if (count > 0) {
      parts->iov_base = (char *)parts->iov_base + n;
      parts->iov_len -= (size_t)n;
    }
  }
}

void say(enum to_node type, const void *head, size_t head_length, const void *body, size_t body_length) {
  unsigned char header[HEADER];
  uint32_t length = (uint32_t)(1 + head_length + body_length);
  memcpy(header, &length, 4);
  header[4] = (unsigned char)type;
  write_channel((struct iovec[]){{header, HEADER}, {(void *)(uintptr_t)head, head_length}, {(void *)(uintptr_t)body, body_length}}, 3);
}

void say_numbers(enum to_node type, const uint32_t *numbers, size_t count) { say(type, numbers, count * 4, NULL, 0); }

/* --- the end */

/* What is there keeps its place: a sandbox's group was added before those in it, and must go after them. */
int op_removeAtExit(const struct field *f) {
  const char *path = TEXT(f[0]);
  for (const struct exit_path *known = exit_paths; known; known = known->next)
    if (strcmp(known->path, path) == 0) return 0;
  struct exit_path *e = malloc(sizeof *e + f[0].length);
  if (e == NULL) return -1;
  memcpy(e->path, path, f[0].length);
  e->next = exit_paths;
  exit_paths = e;
  return 0;
}

/* The last added first, and none after one that stays: what was added before it tells a later run of it. */
static void remove_exit_paths(void) {
  for (struct exit_path *e = exit_paths; e; e = e->next) {
    /* EBUSY: the kernel has not yet let go of the last process of a cgroup. */
    for (int tries = 0; remove(e->path) < 0 && errno != ENOENT; tries++) {
      if (errno != EBUSY || tries == REMOVE_TRIES) return;
      nanosleep(&(struct timespec){0, REMOVE_PAUSE_NS}, NULL);
    }
  }
}

static void end_server(void) {
  if (getpid() == 1) _exit(0); /* the kernel ends the whole PID namespace */
  processes_end_all();
  remove_exit_paths();
  _exit(0);
}

/* --- from Node */

static void perform(uint32_t request, unsigned char *tape, size_t length) {
  struct failure failure = {NO_SLOT, 0, EBADMSG, 0};
  replies.length = 0;
  processes_tape_begins();
  bool good = tape_validate(tape, length, 0, &failure.detail) && perform_tape(tape, length, &failure) == 0;
  if (!good && failure.op_index != NO_SLOT) processes_kill_unreleased();
  if (namespaces_restore() < 0) end_server(); /* lost in a foreign namespace: end rather than go on there */
  if (good) say(SAY_DONE, &request, 4, replies.bytes, replies.length);
  else
    say_numbers(SAY_FAILED, (uint32_t[]){request, failure.op_index, failure.op_code, failure.error, failure.detail}, 5);
}

static void on_frame(unsigned type, unsigned char *body, size_t length) {
  uint32_t id;
  if (length < 4) end_server();
  memcpy(&id, body, 4);
  body += 4;
  length -= 4;
  switch (type) {
    case NODE_TAPE: perform(id, body, length); break;
    case NODE_DATA: pump_write(id, body, length); break;
    case NODE_END: pump_end(id); break;
    case NODE_PAUSE: pump_pause(id, true); break;
    case NODE_RESUME: pump_pause(id, false); break;
    case NODE_CLOSE: pump_close(id); break;
    default: end_server();
  }
}

/* True if a whole frame was there and has been handled. */
static bool take_frame(size_t *at) {
  uint32_t length;
  if (inbox_length - *at < HEADER) return false;
  memcpy(&length, inbox + *at, 4);
  if (length < 1 || length > MAX_FRAME) end_server();
  if (inbox_length - *at < 4 + (size_t)length) return false;
  unsigned char *frame = inbox + *at + 4;
  *at += 4 + (size_t)length;
  on_frame(frame[0], frame + 1, length - 1);
  return true;
}

static void on_channel(void) {
  ssize_t n = read(channel_fd, inbox + inbox_length, MAX_FRAME + HEADER - inbox_length);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) end_server();
  inbox_length += (size_t)n;
  size_t at = 0;
  while (take_frame(&at)) {}
  memmove(inbox, inbox + at, inbox_length - at);
  inbox_length -= at;
}

static void on_signals(int fd) {
  struct signalfd_siginfo info;
  bool children = false;
  while (read(fd, &info, sizeof info) == sizeof info) {
    if (info.ssi_signo != SIGCHLD) end_server(); /* asked to end: as if the channel had closed */
    children = true;
  }
  if (children) processes_on_sigchld();
}

static int watch_signals(void) {
  static const int numbers[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT};
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) sigaddset(&set, numbers[i]);
  sigprocmask(SIG_SETMASK, &set, NULL);
  signal(SIGPIPE, SIG_IGN);
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int watch(int fd, enum watch_kind kind, uint32_t id, uint32_t events, bool modify) {
  struct epoll_event event = {.events = events, .data.u64 = (uint64_t)kind << 32 | id};
  return epoll_ctl(epoll_fd, modify ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
}

int unwatch(int fd) { return epoll_ctl(epoll_fd, EPOLL_CTL_DEL, fd, NULL); }

static void dispatch(const struct epoll_event *event, int signals) {
  uint32_t id = (uint32_t)event->data.u64;
  switch ((enum watch_kind)(event->data.u64 >> 32)) {
    case WATCH_CHANNEL: on_channel(); break;
    case WATCH_SIGNALS: on_signals(signals); break;
    case WATCH_PUMP: pump_on_event(id, event->events); break;
    case WATCH_SYNC: process_on_sync(id); break;
  }
}

void serve(int channel) {
  struct epoll_event events[EVENTS];
  int signals = watch_signals();
  channel_fd = channel;
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  inbox = mmap(NULL, MAX_FRAME + HEADER, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (signals < 0 || epoll_fd < 0 || inbox == MAP_FAILED || fcntl(channel, F_SETFL, O_NONBLOCK) < 0) _exit(72);
  namespaces_remember();
  if (watch(channel, WATCH_CHANNEL, 0, EPOLLIN, false) < 0 || watch(signals, WATCH_SIGNALS, 0, EPOLLIN, false) < 0) _exit(72);
  for (;;) {
    int n = epoll_wait(epoll_fd, events, EVENTS, -1);
    for (int i = 0; i < n; i++) dispatch(&events[i], signals);
  }
}
