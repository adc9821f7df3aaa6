/* Sockets and netlink requests. The bytes of every message come from TypeScript. */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { NETLINK_TIMEOUT_S = 10, MAX_MESSAGES = 65536, MAX_ANSWERS = 16 << 20 };

static const struct sockaddr *address(const struct field *f) { return (const struct sockaddr *)(const void *)f->data; }

int op_socket(const struct field *f) {
  return slot_put(f[3].number, socket((int)f[0].number, (int)f[1].number | SOCK_CLOEXEC, (int)f[2].number));
}

int op_bind(const struct field *f) {
  int fd = slot_fd(f[0].number);
  return fd < 0 ? -1 : bind(fd, address(&f[1]), f[1].length);
}

int op_setSocketOption(const struct field *f) {
  int fd = slot_fd(f[0].number);
  return fd < 0 ? -1 : setsockopt(fd, (int)f[1].number, (int)f[2].number, f[3].data, f[3].length);
}

int op_listen(const struct field *f) {
  int fd = slot_fd(f[0].number);
  return fd < 0 ? -1 : listen(fd, (int)f[1].number);
}

int op_connect(const struct field *f) {
  int fd = slot_fd(f[0].number);
  if (fd < 0) return -1;
  return connect(fd, address(&f[1]), f[1].length) < 0 && errno != EINPROGRESS ? -1 : 0;
}

int op_socketName(const struct field *f) {
  struct sockaddr_storage name;
  socklen_t length = sizeof name;
  int fd = slot_fd(f[0].number);
  if (fd < 0 || getsockname(fd, (struct sockaddr *)&name, &length) < 0) return -1;
  reply_add(&name, length);
  return 0;
}

/* How many answers the request asks for: one for each acknowledgement, one for each dump. */
static int expected_answers(const unsigned char *data, uint32_t length) {
  int count = 0;
  for (uint32_t at = 0; at + sizeof(struct nlmsghdr) <= length;) {
    struct nlmsghdr head;
    memcpy(&head, data + at, sizeof head);
    if (head.nlmsg_len < sizeof head || head.nlmsg_len > length - at) {
      errno = EBADMSG;
      return -1;
    }
    if ((head.nlmsg_flags & NLM_F_ACK) || (head.nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP) count++;
    at += NLMSG_ALIGN(head.nlmsg_len);
  }
  return count;
}

/* Walks one datagram; returns how many answers it held, -1 with errno at the first refusal. */
static int read_answers(const unsigned char *data, size_t length, uint32_t answered) {
  int answers = 0;
  for (size_t at = 0; at + sizeof(struct nlmsghdr) <= length;) {
    struct nlmsghdr head;
    int error = 0;
    memcpy(&head, data + at, sizeof head);
    if (head.nlmsg_len < sizeof head || head.nlmsg_len > length - at) break;
    if (head.nlmsg_type == NLMSG_ERROR || head.nlmsg_type == NLMSG_DONE) {
      if (head.nlmsg_len >= sizeof head + sizeof error) memcpy(&error, data + at + sizeof head, sizeof error);
      if (error < 0) {
        op_detail = answered + (uint32_t)answers;
        errno = -error;
        return -1;
      }
      answers++;
    }
    at += NLMSG_ALIGN(head.nlmsg_len);
  }
  return answers;
}

static int exchange(int fd, const unsigned char *data, uint32_t length, bool reply) {
  static unsigned char buffer[65536];
  struct timeval limit = {NETLINK_TIMEOUT_S, 0};
  size_t replied = 0;
  int expected = expected_answers(data, length);
  if (fd < 0 || expected < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) < 0) return -1;
  if (send(fd, data, length, 0) != (ssize_t)length) return -1;
  for (int answered = 0; answered < expected;) {
    ssize_t n = recv(fd, buffer, sizeof buffer, MSG_TRUNC);
    if (n < 0 && errno == EINTR) continue;
    if (n > (ssize_t)sizeof buffer) errno = EMSGSIZE;
    if (n < 0 || n > (ssize_t)sizeof buffer) return -1;
    int more = read_answers(buffer, (size_t)n, (uint32_t)answered);
    if (more < 0) {
      int error = errno; /* rtnetlink answered the rest already: leave nothing for the next exchange to stumble on */
      while (recv(fd, buffer, sizeof buffer, MSG_DONTWAIT) > 0) {}
      errno = error;
      return -1;
    }
    answered += more;
    if (!reply) continue;
    replied += (size_t)n;
    if (replied > MAX_ANSWERS) { /* a container may have opened any number of sockets */
      errno = E2BIG;
      return -1;
    }
    reply_add(buffer, (size_t)n);
  }
  return 0;
}

int op_netlink(const struct field *f) {
  return exchange(slot_fd(f[0].number), f[1].data, f[1].length, f[2].number != 0);
}

int op_netlinkWithFd(const struct field *f) {
  static unsigned char copy[MAX_MESSAGES];
  int fd = slot_fd(f[3].number);
  if (fd < 0) return -1;
  if (f[1].length > sizeof copy || f[2].number + 4 > f[1].length) {
    errno = EMSGSIZE;
    return -1;
  }
  memcpy(copy, f[1].data, f[1].length);
  memcpy(copy + f[2].number, &fd, 4);
  return exchange(slot_fd(f[0].number), copy, f[1].length, f[4].number != 0);
}
