/* The interpreter: operations in wire order. Most are C functions; those that make one system call are data. */
#include "launcher.h"

#include <linux/close_range.h>
#include <linux/keyctl.h>
#include <linux/mount.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

/* The words of a CALL. Arguments stand in their order; those that are not said are zero. */
enum kind { END, FIELD, WITH, LENGTH, OPTIONAL, FIXED, EMPTY, TARGET, THROUGH, PARENT, INTO, FINE, FINE_IF };
struct word { unsigned char kind, field; int value; };
#define FIELD(n) {FIELD, n, 0}          /* a slot's descriptor, a number, or a pointer to the field's bytes */
#define WITH(n, bits) {WITH, n, bits}   /* a number, and these bits */
#define LENGTH(n) {LENGTH, n, 0}        /* of the field's bytes; a text's without its NUL */
#define OPTIONAL(n) {OPTIONAL, n, 0}    /* a text, or NULL if it is empty */
#define FIXED(value) {FIXED, 0, value}
#define EMPTY() {EMPTY, 0, 0}           /* "" */
#define TARGET(n) {TARGET, n, 0}        /* two arguments: what a slot and the path after it name, opened, and "" */
#define THROUGH(n) {THROUGH, n, 0}      /* the same, a link itself, as a path for calls that want one: /proc/self/fd/N */
#define PARENT(n) {PARENT, n, 0}        /* two arguments: the parent of the same, opened, and its last component */
#define INTO(n) {INTO, n, 0}            /* no argument: the slot that takes the result */
#define FINE(error) {FINE, 0, error}    /* no argument: this errno is no failure */
#define FINE_IF(n, error) {FINE_IF, n, error} /* the same, where the field is not zero */

enum { MAX_WORDS = 6 };

static const struct operation {
  int (*function)(const struct field *f); /* or else a call: */
  const char *signature;
  long number;
  struct word words[MAX_WORDS + 1];
} operations[] = {
#define OP(name, types) {.function = op_##name},
#define CALL(name, types, call, ...) {.signature = types, .number = SYS_##call, .words = {__VA_ARGS__}},
#include "ops.def"
};

struct call {
  long argument[2 * MAX_WORDS];
  int count;
  int opened[MAX_WORDS], opened_count;
  char through[32];
  const struct field *into;
  int fine;
};

static int keep(struct call *c, int fd) {
  if (fd >= 0) c->opened[c->opened_count++] = fd;
  return fd;
}

static int add(struct call *c, long value) {
  c->argument[c->count++] = value;
  return 0;
}

static int add_fd(struct call *c, int fd) { return fd < 0 ? -1 : add(c, fd); }

static int add_pointer(struct call *c, const void *pointer) { return add(c, (long)(uintptr_t)pointer); }

static int add_word(struct call *c, const struct word *w, char type, const struct field *f) {
  const char *base;
  int fd;
  switch ((enum kind)w->kind) {
    case FIELD:
      if (type == 's') return add_fd(c, slot_fd(f->number));
      return f->data ? add_pointer(c, f->data) : add(c, (long)f->number);
    case WITH: return add(c, (long)f->number | w->value);
    case LENGTH: return add(c, (long)f->length - (type == 't'));
    case OPTIONAL: return add_pointer(c, f->length > 1 ? f->data : NULL);
    case FIXED: return add(c, w->value);
    case EMPTY: return add_pointer(c, "");
    case TARGET:
      if (f->number == NO_SLOT) return add(c, AT_FDCWD), add_pointer(c, f[1].data);
      /* Without a path the slot itself. */
      fd = f[1].length == 1 ? slot_fd(f->number) : keep(c, open_in_root(f->number, TEXT(f[1]), O_PATH));
      return add_fd(c, fd) < 0 ? -1 : add_pointer(c, "");
    case THROUGH: return keep(c, open_through(f, c->through)) < 0 ? -1 : add_pointer(c, c->through);
    case PARENT: return add_fd(c, keep(c, open_parent(f, &base))) < 0 ? -1 : add_pointer(c, base);
    case INTO: c->into = f; return 0;
    case FINE_IF: c->fine = f->number != 0 ? w->value : 0; return 0;
    case FINE: c->fine = w->value; return 0;
    case END: break;
  }
  return 0;
}

static int make_call(const struct operation *o, const struct field *f) {
  struct call c = {.count = 0};
  long result = 0;
  for (const struct word *w = o->words; w->kind != END && result == 0; w++)
    result = add_word(&c, w, o->signature[w->field], &f[w->field]);
  const long *a = c.argument;
  if (result == 0) result = syscall(o->number, a[0], a[1], a[2], a[3], a[4], a[5]);
  if (result < 0 && errno == c.fine) result = 0;
  else if (c.into != NULL) result = slot_put(c.into->number, (int)result);
  while (c.opened_count > 0) close_keeping_errno(c.opened[--c.opened_count], 0);
  return result < 0 ? -1 : 0;
}

uint32_t op_detail;

int perform_tape(unsigned char *bytes, size_t length, struct failure *failure) {
  struct reader reader = tape_open(bytes, length);
  struct op op;
  for (uint32_t index = 0; tape_next(&reader, &op); index++) {
    const struct operation *o = &operations[op.code];
    op_detail = 0;
    if ((o->function ? o->function(op.field) : make_call(o, op.field)) < 0) {
      *failure = (struct failure){index, op.code, (uint32_t)errno, op_detail};
      return -1;
    }
  }
  return 0;
}
