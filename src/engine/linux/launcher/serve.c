/* The loop of a server: frames from Node, ends of children, bytes of streams. The supervisor and the sandbox's init are both one. */
#include "launcher.h"

#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/uio.h>
#include <time.h>

enum {
  EVENTS = 64,
  HEADER = 5,     /* towards Node: u32 length of the rest, u8 type */
  FRAME_HEAD = 5, /* from Node, the least that a length counts: u8 type, u32 number */
  REMOVE_TRIES = 2500,
  REMOVE_PAUSE_NS = 2000000,
};

static int channel_fd, epoll_fd;
static unsigned char *inbox; /* MAX_FRAME bytes of address space; touched as needed */
static struct exit_path { struct exit_path *next; char path[]; } *exit_paths;

/* --- towards Node. Blocking: Node always reads, and what is not read here is not read from the streams either. */

static _Noreturn void end_server(void);

static void write_channel(struct iovec *parts, int count) {
  for (;;) {
    ssize_t n = writev(channel_fd, parts, count);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) end_server();
    for (; count > 0 && (size_t)n >= parts->iov_len; parts++, count--) n -= (ssize_t)parts->iov_len;
    if (count == 0) return;
    parts->iov_base = (char *)parts->iov_base + n;
    parts->iov_len -= (size_t)n;
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

/* --- bytes that grow */

static struct buffer replies;
static size_t last_reply;

void buffer_add(struct buffer *b, const void *data, size_t length) {
  if (b->length + length > b->room) {
    b->room = (b->length + length) * 2;
    b->bytes = realloc(b->bytes, b->room);
    if (b->bytes == NULL) abort();
  }
  if (length > 0) memcpy(b->bytes + b->length, data, length);
  b->length += length;
}

void reply_add(const void *data, size_t length) {
  uint32_t size = (uint32_t)length;
  last_reply = replies.length;
  buffer_add(&replies, &size, sizeof size);
  buffer_add(&replies, data, length);
}

int reply_extend(const void *data, size_t length, size_t limit) {
  uint32_t size = (uint32_t)(replies.length - last_reply - sizeof size + length);
  if (size > limit) return fail(E2BIG);
  buffer_add(&replies, data, length);
  memcpy(replies.bytes + last_reply, &size, sizeof size);
  return 0;
}

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

/* One frame, waited for: Node writes it whole, or ends. */
static void on_channel(void) {
  struct { uint32_t length; unsigned char type; uint32_t id; } __attribute__((packed)) head;
  if (read_all(channel_fd, &head, sizeof head) < 0 || head.length < FRAME_HEAD || head.length > MAX_FRAME) end_server();
  size_t length = head.length - FRAME_HEAD;
  if (read_all(channel_fd, inbox, length) < 0) end_server();
  if (head.type == NODE_TAPE) perform(head.id, inbox, length);
  else if (head.type > NODE_TAPE && head.type <= NODE_CLOSE) pump_on_frame(head.type, head.id, inbox, length);
  else end_server();
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

static _Noreturn void serve(int channel) {
  struct epoll_event events[EVENTS];
  int signals = watch_signals();
  channel_fd = channel;
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  inbox = mmap(NULL, MAX_FRAME, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (signals < 0 || epoll_fd < 0 || inbox == MAP_FAILED || fcntl(channel, F_SETFL, 0) < 0) _exit(72);
  namespaces_remember();
  if (watch(channel, WATCH_CHANNEL, 0, EPOLLIN, false) < 0 || watch(signals, WATCH_SIGNALS, 0, EPOLLIN, false) < 0) _exit(72);
  for (;;) {
    int n = epoll_wait(epoll_fd, events, EVENTS, -1);
    for (int i = 0; i < n; i++) dispatch(&events[i], signals);
  }
}

/* --- the beginning */

enum { CHANNEL = 3, LAST_GIVEN = 5 /* a supervisor is given 3 and 4, a sandbox's init 3 to 5 */ };

/* Started with the channel to Node as descriptor 3; serves it until it closes. Under the name of a probe: see probe.c. */
int main(int argc, char **argv) {
  if (argc > 0 && strcmp(argv[0], "mayfly-probe") == 0) probe();
  /* What our parent let us inherit by accident is nobody's here. */
  syscall(SYS_close_range, LAST_GIVEN + 1u, ~0u, 0u);
  /* Descriptors 0 to 2 exist, so that no channel or slot can ever be taken for standard output. */
  for (int fd = 0; fd < 3; fd++)
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0 && dup2(CHANNEL, fd) < 0) return 70;
  if (fcntl(CHANNEL, F_SETFD, FD_CLOEXEC) < 0) {
    static const char hint[] = "mayfly-launcher is started by mayfly, with its channel as descriptor 3\n";
    return write(2, hint, sizeof hint - 1) < 0 ? 71 : 64;
  }
  serve(CHANNEL);
}
