/* Decoding and validation of tapes. A malformed tape is refused whole, before anything is done. */
#include "launcher.h"

#include <stdlib.h>
#include <string.h>

static const char *const signatures[] = {
#define OP(name, signature) signature,
#include "ops.def"
#undef OP
};
enum { OP_COUNT = sizeof signatures / sizeof *signatures };

static uint32_t get32(const unsigned char *p) {
  uint32_t v;
  memcpy(&v, p, 4);
  return v;
}

static size_t left(const struct tape_reader *r) { return (size_t)(r->end - r->at); }

static bool take32(struct tape_reader *r, uint32_t *v) {
  if (left(r) < 4) return false;
  *v = get32(r->at);
  r->at += 4;
  return true;
}

static bool is_text(const unsigned char *data, uint32_t length) {
  return length > 0 && data[length - 1] == 0 && memchr(data, 0, length - 1) == NULL;
}

static bool are_texts(const unsigned char *data, uint32_t length) {
  struct tape_reader r = {data, data + length};
  uint32_t count, size;
  if (!take32(&r, &count) || count > MAX_TEXTS) return false;
  while (count-- > 0) {
    if (!take32(&r, &size) || size > left(&r) || !is_text(r.at, size)) return false;
    r.at += size;
  }
  return r.at == r.end;
}

/* One field of the payload; a view only, its inside is checked by `field_valid`. */
static bool take_field(struct tape_reader *r, char type, struct field *f) {
  *f = (struct field){0};
  uint32_t v;
  switch (type) {
    case 's':
    case 'u':
      if (!take32(r, &v)) return false;
      f->number = v;
      return true;
    case 'U':
      if (left(r) < 8) return false;
      memcpy(&f->number, r->at, 8);
      r->at += 8;
      return true;
    default:
      if (!take32(r, &f->length) || f->length > left(r)) return false;
      f->data = r->at;
      r->at += f->length;
      return true;
  }
}

static bool field_valid(char type, const struct field *f, unsigned depth, uint32_t *bad) {
  switch (type) {
    case 's': return f->number < MAX_SLOTS || f->number == NO_SLOT;
    case 't': return is_text(f->data, f->length);
    case 'T': return are_texts(f->data, f->length);
    case 'P': return tape_validate(f->data, f->length, depth + 1, bad);
    default: return true;
  }
}

static bool op_valid(struct tape_reader *r, unsigned depth) {
  uint32_t code, size, ignored;
  if (!take32(r, &code) || code >= OP_COUNT || !take32(r, &size) || size > left(r)) return false;
  struct tape_reader payload = {r->at, r->at + size};
  for (const char *type = signatures[code]; *type; type++) {
    struct field f;
    if (!take_field(&payload, *type, &f) || !field_valid(*type, &f, depth, &ignored)) return false;
  }
  r->at += size;
  return payload.at == payload.end;
}

bool tape_validate(const unsigned char *bytes, size_t length, unsigned depth, uint32_t *bad_offset) {
  struct tape_reader r = {bytes, bytes + length};
  uint32_t magic = 0, count = 0;
  *bad_offset = 0;
  if (depth > MAX_TAPE_DEPTH || !take32(&r, &magic) || magic != TAPE_MAGIC || !take32(&r, &count) || count > MAX_TAPE_OPS)
    return false;
  while (count-- > 0) {
    *bad_offset = (uint32_t)(r.at - bytes);
    if (!op_valid(&r, depth)) return false;
  }
  *bad_offset = (uint32_t)(r.at - bytes);
  return r.at == r.end;
}

struct tape_reader tape_open(const unsigned char *bytes, size_t length) {
  return (struct tape_reader){bytes + 8, bytes + length};
}

bool tape_next(struct tape_reader *r, struct op *op) {
  uint32_t size;
  if (r->at == r->end) return false;
  take32(r, &op->code);
  take32(r, &size);
  struct field *f = op->field;
  for (const char *type = signatures[op->code]; *type; type++) take_field(r, *type, f++);
  return true;
}

char **tape_texts(const struct field *field) {
  struct tape_reader r = {field->data, field->data + field->length};
  uint32_t count = 0, size = 0;
  take32(&r, &count);
  char **texts = calloc((size_t)count + 1, sizeof *texts);
  if (texts == NULL) return NULL;
  for (uint32_t i = 0; i < count; i++) {
    take32(&r, &size);
    texts[i] = (char *)(uintptr_t)r.at;
    r.at += size;
  }
  return texts;
}
