/* Descriptors: numbered, named by paths, passed on, read and written. */
#include "launcher.h"

#include <linux/openat2.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>

enum { MAX_READ = 1 << 20 };

/* --- slots. Stored as fd + 1, so that untouched pages of the table stay untouched. */

static int table[MAX_SLOTS];

int slot_fd(uint64_t slot) {
  return slot >= MAX_SLOTS || table[slot] == 0 ? fail(EBADF) : table[slot] - 1;
}

int slot_put(uint64_t slot, int fd) {
  if (fd < 0) return -1;
  if (slot >= MAX_SLOTS) {
    close(fd);
    return fail(EBADF);
  }
  slot_close(slot);
  table[slot] = fd + 1;
  return 0;
}

int slot_take(uint64_t slot) {
  int fd = slot_fd(slot);
  if (fd >= 0) table[slot] = 0;
  return fd;
}

void slot_close(uint64_t slot) {
  int fd = slot_take(slot);
  if (fd >= 0) close(fd);
}

int op_close(const struct field *f) {
  slot_close(f[0].number);
  return 0;
}

int op_dupTo(const struct field *f) {
  int fd = slot_fd(f[0].number);
  if (fd < 0) return -1;
  if (fd == (int)f[1].number) return fcntl(fd, F_SETFD, 0);
  return dup2(fd, (int)f[1].number);
}

int op_adopt(const struct field *f) {
  int fd = (int)f[0].number;
  return fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ? -1 : slot_put(f[1].number, fd);
}

/* --- paths below a slot are resolved by the kernel as if it were the root (openat2), never by us */

int close_keeping_errno(int fd, int result) {
  int error = errno;
  close(fd);
  errno = error;
  return result;
}

int open_below(uint64_t slot, const char *path, int flags, unsigned mode, uint64_t resolve) {
  struct open_how how = {.flags = (uint64_t)(flags | O_CLOEXEC), .mode = mode, .resolve = resolve};
  int dir = slot == NO_SLOT ? AT_FDCWD : slot_fd(slot);
  if (dir == -1) return -1;
  /* EAGAIN: a rename or mount raced with the walk (openat2(2)); siblings may provoke it, so the tries are bounded. */
  for (int tries = 0;; tries++) {
    int fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof how);
    if (fd >= 0 || errno != EAGAIN || tries == 128) return fd;
  }
}

int open_in_root(uint64_t slot, const char *path, int flags) {
  return open_below(slot, path, flags, 0, slot == NO_SLOT ? 0 : RESOLVE_IN_ROOT);
}

/* A slash at the end would follow a link. */
int open_itself(const struct field *f) {
  if (f[1].length > 1 && f[1].data[f[1].length - 2] == '/') return fail(EINVAL);
  return open_in_root(f[0].number, TEXT(f[1]), O_PATH | O_NOFOLLOW);
}

int open_through(const struct field *f, char path[32]) {
  int fd = open_itself(f);
  if (fd >= 0) snprintf(path, 32, "/proc/self/fd/%d", fd);
  return fd;
}

int open_parent(const struct field *f, const char **base) {
  char *path = (char *)f[1].data, *slash = strrchr(path, '/');
  *base = slash == NULL ? path : slash + 1;
  if (**base == 0 || strcmp(*base, ".") == 0 || strcmp(*base, "..") == 0) return fail(EINVAL);
  if (slash == NULL || slash == path) return open_in_root(f->number, slash == NULL ? "." : "/", O_PATH | O_DIRECTORY);
  *slash = 0;
  int fd = open_in_root(f->number, path, O_PATH | O_DIRECTORY);
  *slash = '/';
  return fd;
}

int op_open(const struct field *f) {
  return slot_put(f[5].number, open_below(f[0].number, TEXT(f[1]), (int)f[2].number, (unsigned)f[3].number, f[4].number));
}

/* --- pairs */

static int put_pair(const struct field *f, const int *pair) {
  if (slot_put(f[0].number, pair[0]) == 0) return slot_put(f[1].number, pair[1]);
  return close_keeping_errno(pair[1], -1);
}

int op_pipe(const struct field *f) {
  int pair[2];
  return pipe2(pair, O_CLOEXEC) < 0 ? -1 : put_pair(f, pair);
}

int op_socketPair(const struct field *f) {
  int pair[2];
  return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0 ? -1 : put_pair(f, pair);
}

/* --- descriptors in messages (unix(7), SCM_RIGHTS) */

union control {
  struct cmsghdr head;
  char room[CMSG_SPACE(sizeof(int))];
};

int send_with_fd(int socket_fd, const void *data, size_t length, int fd) {
  union control control = {.head = {.cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
  struct iovec part = {(void *)(uintptr_t)data, length};
  struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1};
  memcpy(CMSG_DATA(&control.head), &fd, sizeof fd);
  if (fd >= 0) m.msg_control = &control, m.msg_controllen = sizeof control.room;
  return sendmsg(socket_fd, &m, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

ssize_t receive_with_fd(int socket_fd, void *data, size_t length, int flags, int *fd) {
  union control control;
  struct iovec part = {data, length};
  struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control.room};
  ssize_t n = recvmsg(socket_fd, &m, flags | MSG_CMSG_CLOEXEC);
  const struct cmsghdr *c = n < 0 ? NULL : CMSG_FIRSTHDR(&m);
  *fd = -1;
  if (c && c->cmsg_type == SCM_RIGHTS) memcpy(fd, CMSG_DATA(c), sizeof *fd);
  return n;
}

int op_sendSlot(const struct field *f) {
  int socket_fd = slot_fd(f[0].number), fd = slot_fd(f[1].number);
  return socket_fd < 0 || fd < 0 ? -1 : send_with_fd(socket_fd, "f", 1, fd);
}

int op_receiveSlot(const struct field *f) {
  int socket_fd = slot_fd(f[0].number), fd;
  char byte;
  if (socket_fd < 0) return -1;
  if (receive_with_fd(socket_fd, &byte, 1, 0, &fd) != 1) return fail(EPIPE);
  return fd < 0 ? fail(EBADMSG) : slot_put(f[1].number, fd);
}

/* --- contents */

int op_readSlot(const struct field *f) {
  static char buffer[MAX_READ];
  int fd = slot_fd(f[0].number);
  if (fd < 0) return -1;
  if (f[2].number > sizeof buffer) return fail(E2BIG);
  ssize_t n = pread(fd, buffer, f[2].number, (off_t)f[1].number);
  if (n >= 0) reply_add(buffer, (size_t)n);
  return n < 0 ? -1 : 0;
}

int read_all(int fd, void *into, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t n = read(fd, (char *)into + done, length - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n < 0 ? -1 : fail(EPIPE);
    done += (size_t)n;
  }
  return 0;
}

int write_all(int fd, const unsigned char *data, size_t length) {
  while (length > 0) {
    ssize_t n = write(fd, data, length);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n < 0 ? -1 : fail(EIO);
    data += n;
    length -= (size_t)n;
  }
  return 0;
}

/* A file of the kernel's takes a value in one write: the rest of one that it cut would be ignored (sysctl_writes_strict). */
int write_once(int fd, const struct field *f) {
  ssize_t n = write(fd, f->data, f->length);
  return n < 0 ? -1 : (size_t)n == f->length ? 0 : fail(EIO);
}

int op_writeSlot(const struct field *f) {
  int fd = slot_fd(f[0].number);
  return fd < 0 ? -1 : write_all(fd, f[1].data, f[1].length);
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

/* CVE-2019-5736: what runs near a container is a sealed copy that nobody can write to. */
int op_selfImage(const struct field *f) {
  enum { SEALS = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE, FLAGS = MFD_CLOEXEC | MFD_ALLOW_SEALING };
  int copy = memfd_create("mayfly", FLAGS | 0x10 /* MFD_EXEC, Linux 6.3 */);
  if (copy < 0 && errno == EINVAL) copy = memfd_create("mayfly", FLAGS);
  if (slot_put(f[0].number, copy) < 0) return -1;
  int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  if (self < 0) return -1;
  ssize_t n;
  while ((n = sendfile(copy, self, NULL, 1 << 24)) > 0) {}
  if (close_keeping_errno(self, (int)n) < 0 || fchmod(copy, 0555) < 0) return -1;
  return fcntl(copy, F_ADD_SEALS, SEALS);
}

int op_newTerminal(const struct field *f) {
  int unlocked = 0;
  int master = open_below(f[0].number, f[0].number == NO_SLOT ? "/dev/pts/ptmx" : "dev/pts/ptmx", O_RDWR | O_NOCTTY, 0, 0);
  struct statfs s;
  if (slot_put(f[1].number, master) < 0 || fstatfs(master, &s) < 0) return -1;
  if (s.f_type != 0x1cd1) return fail(EXDEV); /* DEVPTS_SUPER_MAGIC: not a device the image planted (CVE-2025-52565) */
  if (ioctl(master, TIOCSPTLCK, &unlocked) < 0) return -1;
  return slot_put(f[2].number, ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
}
