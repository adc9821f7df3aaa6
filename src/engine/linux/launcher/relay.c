/* A line on which every frame takes longer: between two packet sockets, both ways, in order. It looks into no frame. */
#include "launcher.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>

enum {
  FRAME_ROOM = 1 << 17, /* what offloads have not yet cut is up to 64 KiB, and has headers */
  BURST = 64,
  GONE = 3,             /* exit status: an interface is no longer there */
  NS_PER_S = 1000000000,
};

struct held { struct held *next; int64_t due; size_t length; unsigned char bytes[]; };

struct direction {
  int from, to;
  struct held *first, **last;
  int64_t last_due;
  size_t bytes;
  bool blocked; /* `to` takes nothing more for now */
};

static struct { int64_t delay, jitter; size_t limit; uint64_t state; } line;
static unsigned char room[FRAME_ROOM];

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). */
static uint64_t next_random(void) {
  uint64_t z = line.state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static int64_t due_after(int64_t arrived, int64_t earliest) {
  int64_t due = arrived + line.delay;
  if (line.jitter > 0) due += (int64_t)(next_random() % (2 * (uint64_t)line.jitter + 1)) - line.jitter;
  if (due < arrived) due = arrived;
  return due < earliest ? earliest : due; /* never before the one in front of it */
}

static void hold(struct direction *d, size_t length) {
  size_t size = sizeof(struct held) + length;
  struct held *h = d->bytes + size > line.limit ? NULL : malloc(size);
  if (h == NULL) return; /* the line is full: lost, as on any line */
  *h = (struct held){.due = d->last_due = due_after(now(), d->last_due), .length = length};
  memcpy(h->bytes, room, length);
  d->bytes += size;
  *d->last = h;
  d->last = &h->next;
}

static void give_up_if_gone(void) {
  if (errno == ENETDOWN || errno == ENXIO || errno == ENODEV) _exit(GONE);
}

static void take_in(struct direction *d) {
  for (int i = 0; i < BURST; i++) {
    ssize_t n = recv(d->from, room, sizeof room, MSG_DONTWAIT | MSG_TRUNC);
    if (n < 0) return give_up_if_gone();
    if ((size_t)n <= sizeof room) hold(d, (size_t)n);
  }
}

static void let_out(struct direction *d, int64_t until) {
  d->blocked = false;
  for (struct held *h; (h = d->first) != NULL && h->due <= until;) {
    if (send(d->to, h->bytes, h->length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
      give_up_if_gone();
      d->blocked = errno == EAGAIN || errno == EINTR;
      if (d->blocked) return; /* anything else (ENOBUFS: the queue behind is full) is a lost frame */
    }
    d->first = h->next;
    if (d->first == NULL) d->last = &d->first;
    d->bytes -= sizeof *h + h->length;
    free(h);
  }
}

static const struct timespec *until_due(const struct direction *directions, struct timespec *wait) {
  int64_t left = -1, at = now();
  for (int i = 0; i < 2; i++) {
    const struct direction *d = &directions[i];
    if (d->first == NULL || d->blocked) continue;
    int64_t mine = d->first->due > at ? d->first->due - at : 0;
    if (left < 0 || mine < left) left = mine;
  }
  *wait = (struct timespec){left / NS_PER_S, left % NS_PER_S};
  return left < 0 ? NULL : wait;
}

static _Noreturn void carry(int a, int b, int hurried) {
  struct direction directions[2] = {{.from = a, .to = b}, {.from = b, .to = a}};
  bool ends = false;
  for (int i = 0; i < 2; i++) directions[i].last = &directions[i].first;
  for (;;) {
    struct timespec wait;
    struct pollfd watched[] = {
        {a, (short)(directions[1].blocked ? POLLIN | POLLOUT : POLLIN), 0},
        {b, (short)(directions[0].blocked ? POLLIN | POLLOUT : POLLIN), 0},
        {hurried, POLLIN, 0},
    };
    if (ppoll(watched, 3, until_due(directions, &wait), NULL) < 0 && errno != EINTR) _exit(1);
    for (int i = 0; i < 2; i++)
      if (watched[i].revents) take_in(&directions[i]);
    /* The line is about to be as before: what is held goes as fast as it is taken, which loses less, and what comes takes no longer. */
    struct signalfd_siginfo signal;
    if (watched[2].revents && read(hurried, &signal, sizeof signal) > 0) line.delay = line.jitter = 0, ends = true;
    for (int i = 0; i < 2; i++) let_out(&directions[i], ends ? INT64_MAX : now());
  }
}

/* Never returns once it runs. This is a copy of a server, which has ends of everyone's pipes: only the standard descriptors, both
 * sockets and its signals stay open. */
int op_relayFrames(const struct field *f) {
  enum { FIRST = 3, COUNT = 3 };
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  int fds[COUNT] = {slot_fd(f[0].number), slot_fd(f[1].number), -1};
  if (is_server) return fail(EPERM);
  if (fds[0] < 0 || fds[1] < 0) return -1;
  if (sigprocmask(SIG_BLOCK, &set, NULL) < 0 || (fds[2] = signalfd(-1, &set, SFD_CLOEXEC)) < 0) return -1;
  line.delay = (int64_t)f[2].number;
  line.jitter = (int64_t)f[3].number;
  line.limit = (size_t)f[4].number;
  line.state = f[5].number;
  for (int i = 0; i < COUNT; i++)
    if ((fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, FIRST + COUNT)) < 0) return -1;
  prctl(PR_SET_NAME, "mayfly-delay");
  process_child_says('S', 0);
  for (int i = 0; i < COUNT; i++)
    if (dup2(fds[i], FIRST + i) < 0) _exit(1);
  if (syscall(SYS_close_range, FIRST + COUNT + 0u, ~0u, 0u) < 0) _exit(1);
  carry(FIRST, FIRST + 1, FIRST + 2);
}
