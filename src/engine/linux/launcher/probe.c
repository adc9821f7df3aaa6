/* Inside a container, as one of its processes: makes the system calls it is told on standard input, and says what came of each. */
#include "launcher.h"

#include <sys/prctl.h>

/* A batch: u32 length, u32 count, then per call u32 number, u32 times, u32 arguments, and per argument u8 kind and its value:
   NUMBER u64 · BYTES u32 length and the bytes (a pointer to them) · BOTH the same, sent back · OUT u32 length of zeroes, sent back ·
   SCRATCH the same, kept here · RESULT u32 index of an earlier call of the batch, whose result it is ·
   LINKED as BYTES, then u32 offset, u32 length and bytes: a pointer to these stands at the offset (struct sock_fprog, msghdr) ·
   FILLED as OUT, sent back as far as the result says (read, recvfrom), nothing where the call failed.
   A call is made so many times, each time with one more in its first argument, and answers as often.
   The answer: u32 length, then per call i64 result or negative errno, then what is sent back of its arguments. */
enum kind { NUMBER, BYTES, BOTH, OUT, SCRATCH, RESULT, LINKED, FILLED };
enum { MAX_ARGUMENTS = 6, MAX_CALLS = 65536, BROKEN = 65, GONE = 66, POOR = 67 };

struct argument { long value; unsigned char *memory, *linked; uint32_t length; enum kind kind; };

static void must_take(struct reader *r, void *into, size_t length) {
  if (!take(r, into, length)) _exit(BROKEN);
}

static uint32_t take32(struct reader *r) {
  uint32_t v;
  must_take(r, &v, sizeof v);
  return v;
}

static void *room_for(size_t length) {
  void *memory = calloc(length + 1, 1); /* one more: a string without its end would run on */
  if (memory == NULL) _exit(POOR);
  return memory;
}

static void take_link(struct reader *r, struct argument *a) {
  uint32_t offset = take32(r), length = take32(r);
  if (offset > a->length || a->length - offset < sizeof a->linked) _exit(BROKEN);
  a->linked = room_for(length);
  must_take(r, a->linked, length);
  memcpy(a->memory + offset, &a->linked, sizeof a->linked);
}

static struct argument take_argument(struct reader *r, const int64_t *results, uint32_t made) {
  struct argument a = {0};
  unsigned char kind;
  must_take(r, &kind, 1);
  a.kind = (enum kind)kind;
  switch (a.kind) {
    case NUMBER: must_take(r, &a.value, 8); return a;
    case RESULT: {
      uint32_t index = take32(r);
      if (index >= made) _exit(BROKEN);
      a.value = (long)results[index];
      return a;
    }
    case BYTES: case BOTH: case OUT: case SCRATCH: case LINKED: case FILLED:
      a.length = take32(r);
      a.memory = room_for(a.length);
      if (a.kind == BYTES || a.kind == BOTH || a.kind == LINKED) must_take(r, a.memory, a.length);
      if (a.kind == LINKED) take_link(r, &a);
      a.value = (long)(uintptr_t)a.memory;
      return a;
  }
  _exit(BROKEN);
}

static int64_t make_call(uint32_t number, const struct argument *a, uint32_t count, struct buffer *answer) {
  long self = syscall(SYS_getpid);
  int64_t result = syscall(number, a[0].value, a[1].value, a[2].value, a[3].value, a[4].value, a[5].value);
  if (result < 0) result = -errno;
  if (syscall(SYS_getpid) != self) _exit(0); /* a child that the call made: it proves the call by being there */
  buffer_add(answer, &result, sizeof result);
  for (uint32_t i = 0; i < count; i++) {
    if (a[i].kind == BOTH || a[i].kind == OUT) buffer_add(answer, a[i].memory, a[i].length);
    else if (a[i].kind == FILLED && result > 0)
      buffer_add(answer, a[i].memory, result < a[i].length ? (size_t)result : a[i].length);
  }
  return result;
}

/* What a call left in its memory is not the next one's; what it began with is known of zeroes only. */
static void renew(const struct argument *a, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    if (a[i].kind == BOTH || a[i].kind == LINKED) _exit(BROKEN);
    if (a[i].kind == OUT || a[i].kind == SCRATCH || a[i].kind == FILLED) memset(a[i].memory, 0, a[i].length);
  }
}

/* How many have been made then. */
static uint32_t make_calls(struct reader *r, struct buffer *answer, int64_t *results, uint32_t made) {
  struct argument a[MAX_ARGUMENTS] = {{0}};
  uint32_t number = take32(r), times = take32(r), count = take32(r);
  if (count > MAX_ARGUMENTS || times == 0 || times > MAX_CALLS - made) _exit(BROKEN);
  for (uint32_t i = 0; i < count; i++) a[i] = take_argument(r, results, made);
  if (times > 1 && a[0].kind != NUMBER) _exit(BROKEN);
  for (uint32_t i = 0; i < times; i++, a[0].value++) {
    if (i > 0) renew(a, count);
    results[made + i] = make_call(number, a, count, answer);
  }
  for (uint32_t i = 0; i < count; i++) {
    free(a[i].memory);
    free(a[i].linked);
  }
  return made + times;
}

/* `a` began with room for its own length. */
static void say_answer(struct buffer *a) {
  uint32_t size = (uint32_t)(a->length - sizeof size);
  memcpy(a->bytes, &size, sizeof size);
  if (write_all(1, a->bytes, a->length) < 0) _exit(GONE);
  a->length = sizeof size;
}

void probe(void) {
  static int64_t results[MAX_CALLS];
  struct buffer answer = {0};
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* what else runs in the container shall not speak for it */
  buffer_add(&answer, &(uint32_t){0}, sizeof(uint32_t));
  /* The first answer is the environment it was started with: its own file of it is closed to a user who may not trace it. */
  for (char **e = environ; *e; e++) buffer_add(&answer, *e, strlen(*e) + 1);
  for (;;) {
    uint32_t length;
    say_answer(&answer);
    if (read_all(0, &length, sizeof length) < 0) _exit(0); /* nobody asks any more */
    if (length > MAX_FRAME) _exit(BROKEN);
    unsigned char *batch = room_for(length);
    if (read_all(0, batch, length) < 0) _exit(0);
    struct reader r = {batch, batch + length};
    uint32_t count = take32(&r);
    if (count > MAX_CALLS) _exit(BROKEN);
    for (uint32_t i = 0, made = 0; i < count; i++) made = make_calls(&r, &answer, results, made);
    free(batch);
  }
}
