/* Bytes that grow: what a probe answers, and what the operations of a tape do, each u32 length and the bytes. */
#include "launcher.h"

struct buffer replies;
static size_t last_reply;

void buffer_add(struct buffer *b, const void *data, size_t length) {
  if (b->length + length > b->room) {
    b->room = (b->length + length) * 2;
    b->bytes = realloc(b->bytes, b->room);
    if (b->bytes == NULL) abort();
  }
  if (length > 0) memcpy(b->bytes + b->length, data, length);
  b->length += length;
}

void reply_add(const void *data, size_t length) {
  uint32_t size = (uint32_t)length;
  last_reply = replies.length;
  buffer_add(&replies, &size, sizeof size);
  buffer_add(&replies, data, length);
}

int reply_extend(const void *data, size_t length, size_t limit) {
  uint32_t size = (uint32_t)(replies.length - last_reply - sizeof size + length);
  if (size > limit) return fail(E2BIG);
  buffer_add(&replies, data, length);
  memcpy(replies.bytes + last_reply, &size, sizeof size);
  return 0;
}
