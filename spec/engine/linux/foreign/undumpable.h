/* A launcher that never says of itself that it may not be traced. */
#define _GNU_SOURCE
#include <sys/prctl.h>
#define prctl(option, ...) \
  __extension__({ int done = (option) == PR_SET_DUMPABLE ? 0 : prctl(option, __VA_ARGS__); done; })
