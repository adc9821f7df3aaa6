/* Streams between descriptors and the channel. Reading is paused by Node; writing is acknowledged to Node. */
#include "launcher.h"

#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

enum mode { READ = 1, WRITE = 2, BOTH = 3, DATAGRAMS = 4, LISTENER = 5 };
enum { CHUNK = 65536, BUCKETS = 1024, MAX_ACCEPT_BURST = 64 };
#define ACCEPTED_STREAMS 0x80000000u

struct pump {
  struct pump *next;
  uint32_t stream, mode, process;
  int fd;
  bool is_socket, paused, connecting, watched;
  bool read_ended, write_ended; /* or never wanted */
  bool end_asked;               /* Node wants the write side closed once `pending` is written */
  struct buffer pending;
};

static struct pump *buckets[BUCKETS];
static uint32_t last_accepted;
static unsigned char chunk[CHUNK + 256];

static struct pump *find(uint32_t stream) {
  struct pump *p = buckets[stream % BUCKETS];
  while (p && p->stream != stream) p = p->next;
  return p;
}

static bool reads(const struct pump *p) { return p->mode != WRITE; }

static uint32_t wanted_events(const struct pump *p) {
  uint32_t events = 0;
  if (p->connecting || p->pending.length > 0) events |= EPOLLOUT;
  if (reads(p) && !p->read_ended && !p->paused && !p->connecting) events |= EPOLLIN;
  return events;
}

/* A paused pump is not watched at all: hang-ups cannot be masked, and would be reported for ever. */
static int rewatch(struct pump *p) {
  uint32_t events = wanted_events(p);
  bool before = p->watched;
  p->watched = events != 0 || !p->paused;
  if (!p->watched) return unwatch(p->fd);
  return watch(p->fd, WATCH_PUMP, p->stream, events, before);
}

static void finish(struct pump *p, uint32_t error) {
  struct pump **at = &buckets[p->stream % BUCKETS];
  while (*at != p) at = &(*at)->next;
  *at = p->next;
  unwatch(p->fd); /* a child that has not yet executed may keep the description open, and epoll watches descriptions */
  close(p->fd);
  say_numbers(SAY_CLOSED, (uint32_t[]){p->stream, error}, 2);
  free(p->pending.bytes);
  free(p);
}

static bool finish_if_ended(struct pump *p) {
  if (!p->read_ended || !p->write_ended) return false;
  finish(p, 0);
  return true;
}

int pump_add(int fd, uint32_t stream, uint32_t mode, uint32_t process) {
  if (find(stream)) return fail(EEXIST);
  struct pump *p = malloc(sizeof *p);
  if (p == NULL) return -1;
  int type;
  socklen_t size = sizeof type;
  bool is_socket = getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0;
  int flags = fcntl(fd, F_GETFL);
  *p = (struct pump){.stream = stream, .mode = mode, .process = process, .fd = fd, .is_socket = is_socket};
  p->read_ended = mode == WRITE;
  p->write_ended = mode == READ || mode == LISTENER;
  p->connecting = is_socket && mode == BOTH && !(stream & ACCEPTED_STREAMS);
  /* Non-blocking is safe: a descriptor given to a pump is the pump's alone (its end of a pipe, a pty master, a socket). */
  if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 || rewatch(p) < 0) {
    free(p);
    return -1;
  }
  p->next = buckets[stream % BUCKETS];
  buckets[stream % BUCKETS] = p;
  return 0;
}

int op_pump(const struct field *f) {
  int fd = slot_fd(f[0].number);
  if (!is_server) return fail(EPERM); /* a child has no channel, and its epoll is its parent's */
  if (fd < 0 || pump_add(fd, (uint32_t)f[1].number, (uint32_t)f[2].number, (uint32_t)f[3].number) < 0) return -1;
  slot_take(f[0].number);
  return 0;
}

static void end_reading(struct pump *p) {
  p->read_ended = true;
  say_numbers(SAY_END, &p->stream, 1);
  if (!p->is_socket) p->write_ended = true; /* a terminal whose other side is gone */
  if (!finish_if_ended(p)) rewatch(p);
}

static void read_datagram(struct pump *p) {
  struct sockaddr_storage from;
  socklen_t length = sizeof from;
  ssize_t n = recvfrom(p->fd, chunk + 2 + sizeof from, sizeof chunk - 2 - sizeof from, 0, (struct sockaddr *)&from, &length);
  if (n < 0) return;
  if (length > sizeof from) length = sizeof from;
  struct { uint32_t stream; uint16_t length; } __attribute__((packed)) head = {p->stream, (uint16_t)length};
  unsigned char *body = chunk + 2 + sizeof from - length;
  memcpy(body, &from, length);
  say(SAY_DATA, &head, sizeof head, body, (size_t)n + length);
}

static void accept_connections(struct pump *p) {
  for (int i = 0; i < MAX_ACCEPT_BURST; i++) {
    struct { uint32_t listener, stream; struct sockaddr_storage from; } news = {.listener = p->stream};
    socklen_t length = sizeof news.from;
    int fd = accept4(p->fd, (struct sockaddr *)&news.from, &length, SOCK_CLOEXEC);
    if (fd < 0) return;
    news.stream = ACCEPTED_STREAMS | ++last_accepted;
    say(SAY_ACCEPTED, &news, 8, &news.from, length);
    if (pump_add(fd, news.stream, BOTH, p->process) < 0) {
      say_numbers(SAY_CLOSED, (uint32_t[]){news.stream, (uint32_t)errno}, 2);
      close(fd);
    }
  }
}

/* False once the pump is gone or has nothing to read now. */
static bool read_some(struct pump *p) {
  if (p->mode == DATAGRAMS) return read_datagram(p), false;
  if (p->mode == LISTENER) return accept_connections(p), false;
  ssize_t n = read(p->fd, chunk, CHUNK);
  if (n > 0) {
    say(SAY_DATA, &p->stream, 4, chunk, (size_t)n);
    return true;
  }
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (n < 0 && errno != EIO) return finish(p, (uint32_t)errno), false; /* EIO: the terminal's other side closed */
  end_reading(p);
  return false;
}

static void end_writing(struct pump *p) {
  p->write_ended = true;
  if (p->is_socket) shutdown(p->fd, SHUT_WR);
  if (!finish_if_ended(p)) rewatch(p);
}

static void drop_pending(struct pump *p) {
  free(p->pending.bytes);
  p->pending = (struct buffer){0};
  rewatch(p);
}

/* False once the pump is gone. */
static bool flush(struct pump *p) {
  while (p->pending.length > 0) {
    ssize_t n = write(p->fd, p->pending.bytes, p->pending.length);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return rewatch(p), true;
    if (n < 0) return finish(p, (uint32_t)errno), false;
    p->pending.length -= (size_t)n;
    memmove(p->pending.bytes, p->pending.bytes + n, p->pending.length);
    say_numbers(SAY_WRITTEN, (uint32_t[]){p->stream, (uint32_t)n}, 2);
  }
  drop_pending(p);
  if (!p->end_asked) return true;
  end_writing(p);
  return false;
}

static void connected(struct pump *p) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(p->fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error) return finish(p, (uint32_t)error);
  p->connecting = false;
  say_numbers(SAY_CONNECTED, &p->stream, 1);
  flush(p);
}

void pump_on_event(uint32_t stream, uint32_t events) {
  struct pump *p = find(stream);
  if (p == NULL) return;
  if (p->connecting) return connected(p);
  if ((events & EPOLLOUT) && !flush(p)) return;
  if (p->mode == WRITE && (events & (EPOLLERR | EPOLLHUP))) finish(p, EPIPE); /* nobody reads any more */
  else if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) && !p->read_ended && !p->paused) read_some(p);
  else if ((events & (EPOLLHUP | EPOLLERR)) && p->read_ended) finish(p, 0);
  /* Paused, with something to write that nobody will take: a hang-up cannot be masked, so what would be written is given up. */
  else if (events & (EPOLLHUP | EPOLLERR)) drop_pending(p);
}

static void send_datagram(struct pump *p, const unsigned char *data, size_t length) {
  uint16_t size;
  if (length < 2) return;
  memcpy(&size, data, 2);
  if (size > length - 2) return;
  /* A datagram that cannot be sent is lost, as datagrams are. */
  const struct sockaddr *to = size > 0 ? (const struct sockaddr *)(const void *)(data + 2) : NULL;
  if (sendto(p->fd, data + 2 + size, length - 2 - size, MSG_NOSIGNAL, to, size) < 0) return;
}

static void take_data(struct pump *p, const unsigned char *data, size_t length) {
  if (p->mode == DATAGRAMS) return send_datagram(p, data, length);
  if (p->write_ended) return finish(p, EPIPE);
  if (p->pending.length + length > MAX_PENDING) return finish(p, ENOBUFS);
  buffer_add(&p->pending, data, length);
  if (!p->connecting) flush(p);
}

void pump_on_frame(enum from_node type, uint32_t stream, const unsigned char *data, size_t length) {
  struct pump *p = find(stream);
  if (p == NULL) return; /* it ended meanwhile: Node has been told */
  switch (type) {
    case NODE_TAPE: return;
    case NODE_DATA: return take_data(p, data, length);
    case NODE_END:
      if (p->write_ended) return;
      p->end_asked = true;
      if (p->pending.length == 0 && !p->connecting) end_writing(p);
      return;
    case NODE_PAUSE:
    case NODE_RESUME:
      p->paused = type == NODE_PAUSE;
      rewatch(p);
      return;
    case NODE_CLOSE: return finish(p, 0);
  }
}

/* Before a process's end is announced: what it wrote and is still in its pipes. Bounded by what a pipe can hold. */
void pumps_drain(uint32_t process) {
  for (int i = 0; i < BUCKETS; i++)
    for (struct pump *p = buckets[i], *next; p; p = next) {
      next = p->next;
      if (p->process != process || !reads(p) || p->mode > BOTH) continue;
      for (int left = 64; left > 0 && !p->paused && !p->read_ended && read_some(p); left--) {}
    }
}

int op_windowSize(const struct field *f) {
  struct pump *p = find((uint32_t)f[0].number);
  struct winsize size = {.ws_row = (unsigned short)f[1].number, .ws_col = (unsigned short)f[2].number};
  return p == NULL ? fail(ENOENT) : ioctl(p->fd, TIOCSWINSZ, &size);
}
