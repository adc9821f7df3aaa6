/* A server steps into other namespaces for an operation or two; after each tape it is back in its own. */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

static const struct { const char *path; int flag; } kinds[] = {
    {"/proc/self/ns/mnt", CLONE_NEWNS},
    {"/proc/self/ns/net", CLONE_NEWNET},
    {"/proc/self/ns/pid", CLONE_NEWPID},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static int own[KINDS] = {-1, -1, -1};
static uint64_t changed;

void namespaces_remember(void) {
  for (int i = 0; i < KINDS; i++) own[i] = open(kinds[i].path, O_RDONLY | O_CLOEXEC);
}

void namespaces_changed(uint64_t flags) { changed |= flags; }

int namespaces_restore(void) {
  uint64_t todo = changed;
  changed = 0;
  for (int i = 0; i < KINDS; i++)
    if ((todo & (uint64_t)kinds[i].flag) && setns(own[i], kinds[i].flag) < 0) return -1;
  return 0;
}

int op_setns(const struct field *f) {
  int fd = slot_fd(f[0].number);
  if (fd < 0) return -1;
  namespaces_changed(f[1].number);
  return stay_undumpable(setns(fd, (int)f[1].number));
}

int op_unshare(const struct field *f) {
  namespaces_changed(f[0].number);
  return unshare((int)f[0].number);
}
