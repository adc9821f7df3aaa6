/* File systems in a file: one without a name (unnamedFile), and a loop device over it. The kernel takes both away with their last user. */
#include "launcher.h"

#include <linux/loop.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

static int copy_stretch(int from, int to, off_t at, off_t end) {
  if (lseek(to, at, SEEK_SET) < 0) return -1;
  while (at < end) {
    ssize_t n = sendfile(to, from, &at, (size_t)(end - at));
    if (n <= 0) return n < 0 ? -1 : fail(EIO); /* it was cut short meanwhile */
  }
  return 0;
}

int op_copySparse(const struct field *f) {
  int from = slot_fd(f[0].number), to = slot_fd(f[1].number);
  struct stat s;
  if (from < 0 || to < 0 || fstat(from, &s) < 0 || ftruncate(to, s.st_size) < 0) return -1;
  for (off_t end = 0; end < s.st_size;) {
    off_t at = lseek(from, end, SEEK_DATA);
    if (at < 0) return errno == ENXIO ? 0 : -1; /* a hole up to the end */
    end = lseek(from, at, SEEK_HOLE);
    if (end < 0 || copy_stretch(from, to, at, end) < 0) return -1;
  }
  return 0;
}

/* Between its being free and ours others may take a device, so the tries are bounded. */
static int free_loop(int control, int file, uint32_t *number) {
  struct loop_config config = {.fd = (uint32_t)file, .info = {.lo_flags = LO_FLAGS_AUTOCLEAR}};
  char path[32];
  for (int tries = 0;; tries++) {
    int found = ioctl(control, LOOP_CTL_GET_FREE);
    if (found < 0) return -1;
    snprintf(path, sizeof path, "/dev/loop%d", found);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) return -1;
    *number = (uint32_t)found;
    if (ioctl(fd, LOOP_CONFIGURE, &config) == 0) return fd;
    close_keeping_errno(fd, -1);
    if (errno != EBUSY || tries == 128) return -1;
  }
}

int op_loopDevice(const struct field *f) {
  uint32_t number;
  int file = slot_fd(f[0].number);
  int control = file < 0 ? -1 : open("/dev/loop-control", O_RDWR | O_CLOEXEC);
  if (control < 0) return -1;
  int fd = close_keeping_errno(control, free_loop(control, file, &number));
  if (fd >= 0) reply_add(&number, sizeof number);
  return slot_put(f[1].number, fd);
}
