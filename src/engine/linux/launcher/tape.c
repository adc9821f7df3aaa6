/* Decoding and validation of tapes. A malformed tape is refused whole, before anything is done. */
#include "launcher.h"

static const char *const signatures[] = {
#define OP(name, signature) signature,
#include "ops.def"
};
enum { OP_COUNT = sizeof signatures / sizeof *signatures };

static size_t left(const struct reader *r) { return (size_t)(r->end - r->at); }

bool take(struct reader *r, void *into, size_t length) {
  if (left(r) < length) return false;
  memcpy(into, r->at, length);
  r->at += length;
  return true;
}

static bool is_text(const unsigned char *data, uint32_t length) {
  return length > 0 && data[length - 1] == 0 && memchr(data, 0, length - 1) == NULL;
}

static bool are_texts(const struct field *f) {
  struct reader r = {f->data, f->data + f->length};
  uint32_t count, size;
  if (!take(&r, &count, 4) || count > MAX_TEXTS) return false;
  while (count-- > 0) {
    if (!take(&r, &size, 4) || size > left(&r) || !is_text(r.at, size)) return false;
    r.at += size;
  }
  return r.at == r.end;
}

/* A view only; its inside is checked by `field_valid`. Numbers are little-endian, as are the machines we run on. */
static bool take_field(struct reader *r, char type, struct field *f) {
  *f = (struct field){0};
  if (type == 'U') return take(r, &f->number, 8);
  if (type == 's' || type == 'u') return take(r, &f->number, 4);
  if (!take(r, &f->length, 4) || f->length > left(r)) return false;
  f->data = r->at;
  r->at += f->length;
  return true;
}

static bool field_valid(char type, const struct field *f, unsigned depth) {
  uint32_t ignored;
  switch (type) {
    case 's': return f->number < MAX_SLOTS || f->number == NO_SLOT;
    case 't': return is_text(f->data, f->length);
    case 'T': return are_texts(f);
    case 'P': return tape_validate(f->data, f->length, depth + 1, &ignored);
    default: return true;
  }
}

bool tape_next(struct reader *r, struct op *op) {
  uint32_t size;
  if (!take(r, &op->code, 4) || op->code >= OP_COUNT || !take(r, &size, 4) || size > left(r)) return false;
  struct reader payload = {r->at, r->at + size};
  struct field *f = op->field;
  for (const char *type = signatures[op->code]; *type; type++)
    if (!take_field(&payload, *type, f++)) return false;
  r->at = payload.end;
  return payload.at == payload.end;
}

bool tape_validate(unsigned char *bytes, size_t length, unsigned depth, uint32_t *bad_offset) {
  struct reader r = {bytes, bytes + length};
  uint32_t magic, count;
  struct op op;
  *bad_offset = 0;
  if (depth > MAX_TAPE_DEPTH || !take(&r, &magic, 4) || magic != TAPE_MAGIC) return false;
  if (!take(&r, &count, 4) || count > MAX_TAPE_OPS) return false;
  for (; count > 0; count--) {
    *bad_offset = (uint32_t)(r.at - bytes);
    if (!tape_next(&r, &op)) return false;
    const struct field *f = op.field;
    for (const char *type = signatures[op.code]; *type; type++)
      if (!field_valid(*type, f++, depth)) return false;
  }
  *bad_offset = (uint32_t)(r.at - bytes);
  return r.at == r.end;
}

struct reader tape_open(unsigned char *bytes, size_t length) { return (struct reader){bytes + 8, bytes + length}; }

char **tape_texts(const struct field *field) {
  struct reader r = {field->data, field->data + field->length};
  uint32_t count = 0, size = 0;
  take(&r, &count, 4);
  char **texts = calloc((size_t)count + 1, sizeof *texts);
  for (uint32_t i = 0; texts != NULL && i < count; i++) {
    take(&r, &size, 4);
    texts[i] = (char *)r.at;
    r.at += size;
  }
  return texts;
}
