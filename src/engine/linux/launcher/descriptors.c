/* Pipes, sockets and contents of descriptors. */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { MAX_READ = 1 << 20 };

static int put_pair(const struct field *f, const int *pair) {
  if (slot_put(f[0].number, pair[0]) == 0) return slot_put(f[1].number, pair[1]);
  close(pair[1]);
  return -1;
}

int op_pipe(const struct field *f) {
  int pair[2];
  return pipe2(pair, O_CLOEXEC) < 0 ? -1 : put_pair(f, pair);
}

int op_socketPair(const struct field *f) {
  int pair[2];
  return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0 ? -1 : put_pair(f, pair);
}

union control {
  struct cmsghdr align;
  char room[CMSG_SPACE(sizeof(int))];
};

int op_sendSlot(const struct field *f) {
  int socket_fd = slot_fd(f[0].number), fd = slot_fd(f[1].number);
  if (socket_fd < 0 || fd < 0) return -1;
  union control control = {0};
  char byte = 'f';
  struct iovec part = {&byte, 1};
  struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control.room};
  struct cmsghdr *c = CMSG_FIRSTHDR(&m);
  *c = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
  memcpy(CMSG_DATA(c), &fd, sizeof fd);
  return sendmsg(socket_fd, &m, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

int op_receiveSlot(const struct field *f) {
  int socket_fd = slot_fd(f[0].number), fd = -1;
  if (socket_fd < 0) return -1;
  union control control;
  char byte;
  struct iovec part = {&byte, 1};
  struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control.room};
  if (recvmsg(socket_fd, &m, MSG_CMSG_CLOEXEC) != 1) {
    errno = EPIPE;
    return -1;
  }
  struct cmsghdr *c = CMSG_FIRSTHDR(&m);
  if (c && c->cmsg_type == SCM_RIGHTS) memcpy(&fd, CMSG_DATA(c), sizeof fd);
  errno = EBADMSG;
  return slot_put(f[1].number, fd);
}

/* CVE-2019-5736: what runs near a container is a sealed copy that nobody can write to. */
int op_selfImage(const struct field *f) {
  int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  if (self < 0) return -1;
  int copy = memfd_create("mayfly", MFD_CLOEXEC | MFD_ALLOW_SEALING | 0x10 /* MFD_EXEC, Linux 6.3 */);
  if (copy < 0 && errno == EINVAL) copy = memfd_create("mayfly", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (copy < 0) {
    close(self);
    return -1;
  }
  ssize_t n;
  while ((n = sendfile(copy, self, NULL, 1 << 24)) > 0) {}
  close(self);
  if (n < 0 || fchmod(copy, 0555) < 0 || fcntl(copy, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0) {
    close(copy);
    return -1;
  }
  return slot_put(f[0].number, copy);
}

int op_chownSlot(const struct field *f) {
  int fd = slot_fd(f[0].number);
  return fd < 0 ? -1 : fchown(fd, (uid_t)f[1].number, (gid_t)f[2].number);
}

int op_chmodSlot(const struct field *f) {
  int fd = slot_fd(f[0].number);
  return fd < 0 ? -1 : fchmod(fd, (mode_t)f[1].number);
}

int op_readSlot(const struct field *f) {
  int fd = slot_fd(f[0].number);
  size_t wanted = f[2].number;
  if (fd < 0) return -1;
  if (wanted > MAX_READ) {
    errno = E2BIG;
    return -1;
  }
  char *buffer = malloc(wanted);
  if (buffer == NULL) return -1;
  ssize_t n = pread(fd, buffer, wanted, (off_t)f[1].number);
  if (n >= 0) reply_add(buffer, (size_t)n);
  free(buffer);
  return n < 0 ? -1 : 0;
}

static int write_all(int fd, const unsigned char *data, size_t length) {
  while (length > 0) {
    ssize_t n = write(fd, data, length);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    data += n;
    length -= (size_t)n;
  }
  return 0;
}

int op_writeSlot(const struct field *f) {
  int fd = slot_fd(f[0].number);
  return fd < 0 ? -1 : write_all(fd, f[1].data, f[1].length);
}

int op_syncSlot(const struct field *f) {
  int fd = slot_fd(f[0].number);
  return fd < 0 ? -1 : syncfs(fd);
}

int op_lockByte(const struct field *f) {
  int fd = slot_fd(f[0].number);
  short type = f[2].number == 1 ? F_RDLCK : F_WRLCK;
  struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = (off_t)f[1].number, .l_len = 1};
  if (fd < 0) return -1;
  if (f[2].number < 2) return fcntl(fd, F_OFD_SETLK, &lock);
  if (fcntl(fd, F_OFD_GETLK, &lock) < 0) return -1;
  if (lock.l_type == F_UNLCK) return 0;
  errno = EAGAIN;
  return -1;
}

int op_newTerminal(const struct field *f) {
  int dir = slot_dir(f[0].number), unlocked = 0;
  if (dir < 0 && dir != AT_FDCWD) return -1;
  int master = open_in_root(dir, dir == AT_FDCWD ? "/dev/pts/ptmx" : "dev/pts/ptmx", O_RDWR | O_NOCTTY, 0, 0);
  struct statfs s;
  if (master < 0 || slot_put(f[1].number, master) < 0) return -1;
  if (fstatfs(master, &s) < 0) return -1;
  if (s.f_type != 0x1cd1 /* DEVPTS_SUPER_MAGIC: not a device the image planted (CVE-2025-52565) */) {
    errno = EXDEV;
    return -1;
  }
  if (ioctl(master, TIOCSPTLCK, &unlocked) < 0) return -1;
  return slot_put(f[2].number, ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
}
