/* with-filter FILE PROGRAM: runs the program under the seccomp filter in the file, an array of struct sock_filter. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv) {
  static struct sock_filter filter[BPF_MAXINSNS];
  int fd = argc < 3 ? -1 : open(argv[1], O_RDONLY | O_CLOEXEC);
  ssize_t bytes = fd < 0 ? -1 : read(fd, filter, sizeof filter);
  struct sock_fprog program = {(unsigned short)((size_t)bytes / sizeof *filter), filter};
  if (bytes <= 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0) {
    perror("with-filter");
    return 125;
  }
  execv(argv[2], argv + 2);
  perror(argv[2]);
  return 126;
}
