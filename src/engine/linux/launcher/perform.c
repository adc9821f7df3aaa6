/* The interpreter: operations in wire order. Most are C functions; those that make one system call are data. */
#include "launcher.h"

#include <linux/close_range.h>
#include <linux/keyctl.h>
#include <linux/mount.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

/* The words of a CALL. Arguments stand in their order; those that are not said are zero. Each word has a field, a value or both. */
enum kind {
  END,
  FIELD,    /* a slot's descriptor, a number, or a pointer to the field's bytes */
  WITH,     /* a number, and these bits */
  LENGTH,   /* of the field's bytes; a text's without its NUL */
  OPTIONAL, /* a text, or NULL if it is empty */
  FIXED,
  EMPTY,    /* "" */
  TARGET,   /* what a slot and the path after it name, opened for the call; without a path the slot itself */
  PARENT,   /* two arguments from a slot and the path after it: the parent, opened for the call, and the last component */
  INTO,     /* no argument: the slot that takes the result */
  FINE,     /* no argument: this errno is no failure */
  FINE_IF,  /* the same, where the field is not zero */
};
struct word { unsigned char kind, field; int value; };
#define FIELD(n) {FIELD, n, 0}
#define WITH(n, bits) {WITH, n, bits}
#define LENGTH(n) {LENGTH, n, 0}
#define OPTIONAL(n) {OPTIONAL, n, 0}
#define FIXED(value) {FIXED, 0, value}
#define EMPTY() {EMPTY, 0, 0}
#define TARGET(n) {TARGET, n, 0}
#define PARENT(n) {PARENT, n, 0}
#define INTO(n) {INTO, n, 0}
#define FINE(error) {FINE, 0, error}
#define FINE_IF(n, error) {FINE_IF, n, error}

enum { MAX_WORDS = 6, MAX_ARGUMENTS = 6 };

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
  long argument[MAX_ARGUMENTS];
  int count;
  int opened[MAX_ARGUMENTS], opened_count;
  const struct field *into;
  int fine;
};

static int keep(struct call *c, int fd) {
  if (fd >= 0) c->opened[c->opened_count++] = fd;
  return fd;
}

/* -1 where a descriptor is not to be had. */
static int add_word(struct call *c, const struct word *w, char type, const struct field *f) {
  const char *base = NULL;
  long value = w->value;
  bool is_descriptor = false;
  switch ((enum kind)w->kind) {
    case FIELD:
      is_descriptor = type == 's';
      value = is_descriptor ? slot_fd(f->number) : f->data ? (long)(uintptr_t)f->data : (long)f->number;
      break;
    case WITH: value |= (long)f->number; break;
    case LENGTH: value = (long)f->length - (type == 't'); break;
    case OPTIONAL: value = f->length > 1 ? (long)(uintptr_t)f->data : 0; break;
    case EMPTY: value = (long)(uintptr_t)""; break;
    case TARGET:
      is_descriptor = true;
      value = f[1].length == 1 ? slot_fd(f->number) : keep(c, open_in_root(f->number, TEXT(f[1]), O_PATH));
      break;
    case PARENT:
      is_descriptor = true;
      value = keep(c, open_parent(f, &base));
      break;
    case INTO: c->into = f; return 0;
    case FINE_IF:
      if (f->number == 0) return 0;
      /* fall through */
    case FINE: c->fine = w->value; return 0;
    case FIXED:
    case END: break;
  }
  c->argument[c->count++] = value;
  if (base != NULL) c->argument[c->count++] = (long)(uintptr_t)base;
  return is_descriptor && value < 0 ? -1 : 0;
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
