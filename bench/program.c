/* What runs in the containers of a benchmark: `true` ends at once, `sleep` never does. */
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
  (void)argc;
  const char *slash = strrchr(argv[0], '/');
  while (strcmp(slash ? slash + 1 : argv[0], "sleep") == 0) pause();
  return 0;
}
