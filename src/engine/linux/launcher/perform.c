/* The one switch of the interpreter, as a table of functions in wire order. */
#include "launcher.h"

#include <errno.h>

typedef int (*operation)(const struct field *f);

static const operation operations[] = {
#define OP(name, signature) op_##name,
#include "ops.def"
#undef OP
};

uint32_t op_detail;

int perform_tape(const unsigned char *bytes, size_t length, struct failure *failure) {
  struct tape_reader reader = tape_open(bytes, length);
  struct op op;
  for (uint32_t index = 0; tape_next(&reader, &op); index++) {
    op_detail = 0;
    if (operations[op.code](op.field) < 0) {
      *failure = (struct failure){index, op.code, (uint32_t)errno, op_detail};
      return -1;
    }
  }
  return 0;
}
