/* Inside a container, as one of its processes: makes the system calls it is told on standard input, and says what came of each. */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A batch: u32 length, u32 count, then per call u32 number, u32 arguments, and per argument u8 kind and its value:
   NUMBER u64 · BYTES u32 length and the bytes (a pointer to them) · BOTH the same, sent back · OUT u32 length of zeroes, sent back ·
   SCRATCH the same, kept here · RESULT u32 index of an earlier call of the batch, whose result it is ·
   LINKED as BYTES, then u32 offset, u32 length and bytes: a pointer to these stands at the offset (struct sock_fprog, msghdr) ·
   FILLED as OUT, sent back as far as the result says (read, recvfrom), nothing where the call failed.
   The answer: u32 length, then per call i64 result or negative errno, then what is sent back of its arguments. */
enum kind { NUMBER, BYTES, BOTH, OUT, SCRATCH, RESULT, LINKED, FILLED };
enum { MAX_ARGUMENTS = 6, MAX_CALLS = 65536, BROKEN = 65, GONE = 66, POOR = 67 };

struct reader { const unsigned char *at, *end; };
struct answer { unsigned char *bytes; size_t length, room; };
struct argument { long value; unsigned char *memory, *linked; uint32_t length; enum kind kind; };

static void take(struct reader *r, void *into, size_t length) {
  if ((size_t)(r->end - r->at) < length) _exit(BROKEN);
  memcpy(into, r->at, length);
  r->at += length;
}

static uint32_t take32(struct reader *r) {
  uint32_t v;
  take(r, &v, 4);
  return v;
}

static void *room_for(size_t length) {
  void *memory = calloc(length + 1, 1); /* one more: a string without its end would run on */
  if (memory == NULL) _exit(POOR);
  return memory;
}

static void add(struct answer *a, const void *data, size_t length) {
  if (a->length + length > a->room) {
    a->room = (a->length + length) * 2;
    a->bytes = realloc(a->bytes, a->room);
    if (a->bytes == NULL) _exit(POOR);
  }
  memcpy(a->bytes + a->length, data, length);
  a->length += length;
}

static void take_link(struct reader *r, struct argument *a) {
  uint32_t offset = take32(r), length = take32(r);
  if (offset > a->length || a->length - offset < sizeof a->linked) _exit(BROKEN);
  a->linked = room_for(length);
  take(r, a->linked, length);
  memcpy(a->memory + offset, &a->linked, sizeof a->linked);
}

static struct argument take_argument(struct reader *r, const int64_t *results, uint32_t made) {
  struct argument a = {0};
  unsigned char kind;
  take(r, &kind, 1);
  a.kind = (enum kind)kind;
  switch (a.kind) {
    case NUMBER: take(r, &a.value, 8); return a;
    case RESULT: {
      uint32_t index = take32(r);
      if (index >= made) _exit(BROKEN);
      a.value = (long)results[index];
      return a;
    }
    case BYTES:
    case BOTH:
    case OUT:
    case SCRATCH:
    case LINKED:
    case FILLED:
      a.length = take32(r);
      a.memory = room_for(a.length);
      if (a.kind == BYTES || a.kind == BOTH || a.kind == LINKED) take(r, a.memory, a.length);
      if (a.kind == LINKED) take_link(r, &a);
      a.value = (long)(uintptr_t)a.memory;
      return a;
  }
  _exit(BROKEN);
}

static int64_t make_call(struct reader *r, struct answer *answer, const int64_t *results, uint32_t made) {
  struct argument a[MAX_ARGUMENTS] = {{0}};
  uint32_t number = take32(r), count = take32(r);
  if (count > MAX_ARGUMENTS) _exit(BROKEN);
  for (uint32_t i = 0; i < count; i++) a[i] = take_argument(r, results, made);
  long self = syscall(SYS_getpid);
  int64_t result = syscall(number, a[0].value, a[1].value, a[2].value, a[3].value, a[4].value, a[5].value);
  if (result < 0) result = -errno;
  if (syscall(SYS_getpid) != self) _exit(0); /* a child that the call made: it proves the call by being there */
  add(answer, &result, sizeof result);
  for (uint32_t i = 0; i < count; i++) {
    if (a[i].kind == BOTH || a[i].kind == OUT) add(answer, a[i].memory, a[i].length);
    else if (a[i].kind == FILLED && result > 0) add(answer, a[i].memory, result < a[i].length ? (size_t)result : a[i].length);
    free(a[i].memory);
    free(a[i].linked);
  }
  return result;
}

static void read_whole(void *into, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t n = read(0, (char *)into + done, length - done);
    if (n == 0) _exit(0); /* nobody asks any more */
    if (n > 0) done += (size_t)n;
    else if (errno != EINTR) _exit(GONE);
  }
}

static void say_answer(const struct answer *a) {
  uint32_t size = (uint32_t)a->length;
  struct { const void *at; size_t left; } parts[] = {{&size, 4}, {a->bytes, a->length}};
  for (int i = 0; i < 2; i++)
    while (parts[i].left > 0) {
      ssize_t n = write(1, parts[i].at, parts[i].left);
      if (n < 0 && errno != EINTR) _exit(GONE);
      if (n > 0) parts[i].at = (const char *)parts[i].at + n, parts[i].left -= (size_t)n;
    }
}

/* The first answer is the environment it was started with: its own file of it is closed to a user who may not trace it. */
static void say_environment(void) {
  struct answer a = {0};
  for (char **e = environ; *e; e++) add(&a, *e, strlen(*e) + 1);
  say_answer(&a);
  free(a.bytes);
}

void probe(void) {
  static int64_t results[MAX_CALLS];
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* what else runs in the container shall not speak for it */
  say_environment();
  for (;;) {
    uint32_t length;
    struct answer answer = {0};
    read_whole(&length, 4);
    if (length > MAX_FRAME) _exit(BROKEN);
    unsigned char *batch = room_for(length);
    read_whole(batch, length);
    struct reader r = {batch, batch + length};
    uint32_t count = take32(&r);
    if (count > MAX_CALLS) _exit(BROKEN);
    for (uint32_t i = 0; i < count; i++) results[i] = make_call(&r, &answer, results, i);
    say_answer(&answer);
    free(answer.bytes);
    free(batch);
  }
}
