/* Netlink requests. The bytes of every message come from TypeScript. */
#include "launcher.h"

#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/time.h>

enum { NETLINK_TIMEOUT_S = 10, MAX_ANSWERS = 16 << 20 };

/* The next message of a datagram, at `r->at` until the next call; false at the end, and with EBADMSG where a length is no length. */
static bool next_message(struct reader *r, struct nlmsghdr *head, struct reader *body) {
  errno = 0;
  if (!take(r, head, sizeof *head)) return false;
  body->at = r->at;
  if (head->nlmsg_len < sizeof *head || head->nlmsg_len - sizeof *head > (size_t)(r->end - r->at)) {
    errno = EBADMSG;
    return false;
  }
  body->end = body->at + (head->nlmsg_len - sizeof *head);
  size_t aligned = NLMSG_ALIGN(head->nlmsg_len) - sizeof *head;
  r->at = aligned < (size_t)(r->end - r->at) ? r->at + aligned : r->end;
  return true;
}

/* How many answers the request asks for: one for each acknowledgement, one for each dump. */
static int expected_answers(struct reader request) {
  int count = 0;
  struct nlmsghdr head;
  struct reader body;
  while (next_message(&request, &head, &body))
    if ((head.nlmsg_flags & NLM_F_ACK) || (head.nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP) count++;
  return errno ? -1 : count;
}

/* Walks one datagram; returns how many answers it held, -1 with errno at the first refusal. */
static int read_answers(struct reader datagram, int answered) {
  int answers = 0, error;
  struct nlmsghdr head;
  struct reader body;
  while (next_message(&datagram, &head, &body)) {
    if (head.nlmsg_type != NLMSG_ERROR && head.nlmsg_type != NLMSG_DONE) continue;
    if (take(&body, &error, sizeof error) && error < 0) {
      op_detail = (uint32_t)(answered + answers);
      return fail(-error);
    }
    answers++;
  }
  return answers;
}

/* rtnetlink has answered the rest already: leave nothing for the next exchange to stumble on. */
static int drain(int fd, unsigned char *buffer, size_t size) {
  int error = errno;
  while (recv(fd, buffer, size, MSG_DONTWAIT) > 0) {}
  return fail(error);
}

static int exchange(int fd, const struct field *messages, bool reply) {
  static unsigned char buffer[65536];
  struct timeval limit = {NETLINK_TIMEOUT_S, 0};
  size_t replied = 0;
  if (fd < 0) return -1;
  int expected = expected_answers((struct reader){messages->data, messages->data + messages->length});
  if (expected < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) < 0) return -1;
  if (send(fd, messages->data, messages->length, 0) != (ssize_t)messages->length) return -1;
  for (int answered = 0, more; answered < expected; answered += more) {
    ssize_t n;
    do n = recv(fd, buffer, sizeof buffer, MSG_TRUNC);
    while (n < 0 && errno == EINTR);
    if (n < 0) return -1;
    if (n > (ssize_t)sizeof buffer) return fail(EMSGSIZE);
    more = read_answers((struct reader){buffer, buffer + n}, answered);
    if (more < 0) return drain(fd, buffer, sizeof buffer);
    replied += (size_t)n;
    if (!reply) continue;
    if (replied > MAX_ANSWERS) return fail(E2BIG); /* a container may have opened any number of sockets */
    reply_add(buffer, (size_t)n);
  }
  return 0;
}

int op_netlink(const struct field *f) { return exchange(slot_fd(f[0].number), &f[1], f[2].number != 0); }

int op_netlinkWithFd(const struct field *f) {
  int fd = slot_fd(f[3].number);
  if (fd < 0) return -1;
  if (f[2].number + sizeof fd > f[1].length) return fail(EMSGSIZE);
  memcpy(f[1].data + f[2].number, &fd, sizeof fd);
  return exchange(slot_fd(f[0].number), &f[1], f[4].number != 0);
}
