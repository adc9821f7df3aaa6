/* Started with the channel to Node as descriptor 3; serves it until it closes. Under the name of a probe: see probe.c. */
#include "launcher.h"

enum { CHANNEL = 3, LAST_GIVEN = 5 /* a supervisor is given 3 and 4, a sandbox's init 3 to 5 */ };

int main(int argc, char **argv) {
  if (argc > 0 && strcmp(argv[0], "mayfly-probe") == 0) probe();
  /* What our parent let us inherit by accident is nobody's here. */
  syscall(SYS_close_range, LAST_GIVEN + 1u, ~0u, 0u);
  /* Descriptors 0 to 2 exist, so that no channel or slot can ever be taken for standard output. */
  for (int fd = 0; fd < 3; fd++)
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0 && dup2(CHANNEL, fd) < 0) return 70;
  if (fcntl(CHANNEL, F_SETFD, FD_CLOEXEC) < 0) {
    static const char hint[] = "mayfly-launcher is started by mayfly, with its channel as descriptor 3\n";
    return write(2, hint, sizeof hint - 1) < 0 ? 71 : 64;
  }
  serve(CHANNEL);
}
