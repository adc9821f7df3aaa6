/* The native half of the runtime: performs launch tapes and pumps streams. It takes no decisions (see ../tape/op-table.ts). */
#ifndef LAUNCHER_H
#define LAUNCHER_H

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum {
  MAX_SLOTS = 65536,
  MAX_FRAME = 8 << 20,   /* bytes of one frame from Node */
  MAX_TAPE_OPS = 65536,
  MAX_TAPE_DEPTH = 4,
  MAX_FIELDS = 6,
  MAX_TEXTS = 65536,
  MAX_PENDING = 1 << 20, /* bytes accepted for a stream that is not yet writable */
};
#define NO_SLOT 0xffffffffu
#define TAPE_MAGIC 0x4650594du /* "MYPF" */

/* One decoded field. Slots and numbers are in `number`; everything else is a view into the tape. */
struct field {
  uint64_t number;
  unsigned char *data;
  uint32_t length;
};

struct op {
  uint32_t code;
  struct field field[MAX_FIELDS];
};

struct failure {
  uint32_t op_index;
  uint32_t op_code;
  uint32_t error;  /* errno */
  uint32_t detail; /* netlink: index of the refused message; malformed tape: byte offset */
};

static inline int fail(int error) {
  errno = error;
  return -1;
}

/* tape.c */
struct reader { unsigned char *at, *end; };
bool take(struct reader *r, void *into, size_t length); /* false if there is less */
bool tape_validate(unsigned char *bytes, size_t length, unsigned depth, uint32_t *bad_offset);
struct reader tape_open(unsigned char *bytes, size_t length); /* of a tape that was validated whole */
bool tape_next(struct reader *r, struct op *op);
/* The strings of a `texts` field as a NULL-terminated vector (malloc'd; the strings lie in the tape). */
char **tape_texts(const struct field *field);
#define TEXT(f) ((const char *)(f).data)

/* perform.c: returns 0, or fills `failure`. */
int perform_tape(unsigned char *bytes, size_t length, struct failure *failure);
extern uint32_t op_detail; /* set by an operation that can say more than errno */

/* descriptors.c */
int slot_fd(uint64_t slot);          /* -1 and errno EBADF if empty */
int slot_put(uint64_t slot, int fd); /* takes the descriptor, closes a former one; passes on -1 */
void slot_close(uint64_t slot);
int slot_take(uint64_t slot);        /* gives up the slot without closing */

/* What is named by a slot and a path. Without a slot (NO_SLOT) a path is the process's own. */
int close_keeping_errno(int fd, int result);
int open_below(uint64_t slot, const char *path, int flags, unsigned mode, uint64_t resolve);
int open_in_root(uint64_t slot, const char *path, int flags);
/* Opens what f[1] names, itself if it is a link, and writes the path by which calls take descriptors: /proc/self/fd/N. */
int open_itself(const struct field *f);
int open_through(const struct field *f, char path[32]);
/* Opens the parent of the last component of the path in f[1] and points `base` at that component. */
int open_parent(const struct field *f, const char **base);
/* `fd` is -1 where none is passed. */
int send_with_fd(int socket_fd, const void *data, size_t length, int fd);
ssize_t receive_with_fd(int socket_fd, void *data, size_t length, int flags, int *fd);
int read_all(int fd, void *into, size_t length); /* -1 also where it ends before */
int write_all(int fd, const unsigned char *data, size_t length);
int write_once(int fd, const struct field *f);

/* rights.c: a server finds itself in its own namespaces after each tape. */
void namespaces_remember(void);
int namespaces_restore(void);

/* process.c */
extern int sync_fd;    /* in a child: towards its parent; -1 in a server */
extern bool is_server; /* this process serves a channel */
void process_child_says(char kind, uint32_t number); /* of `struct sync_message` */
void processes_on_sigchld(void);
void process_on_sync(uint32_t id);
void processes_tape_begins(void);
void processes_kill_unreleased(void); /* of the current tape only: others may be waiting on purpose */
void processes_end_all(void);

/* pump.c */
enum from_node { NODE_TAPE = 1, NODE_DATA, NODE_END, NODE_PAUSE, NODE_RESUME, NODE_CLOSE };
int pump_add(int fd, uint32_t stream, uint32_t mode, uint32_t process);
void pump_on_event(uint32_t stream, uint32_t events);
void pump_on_frame(enum from_node type, uint32_t stream, const unsigned char *data, size_t length);
void pumps_drain(uint32_t process);

/* serve.c */
enum to_node {
  SAY_DONE = 1, SAY_FAILED, SAY_STARTED, SAY_LAUNCH_FAILED, SAY_EXITED, SAY_DATA, SAY_END, SAY_CLOSED, SAY_WRITTEN,
  SAY_ACCEPTED, SAY_CONNECTED,
};
enum watch_kind { WATCH_CHANNEL, WATCH_SIGNALS, WATCH_PUMP, WATCH_SYNC };
int watch(int fd, enum watch_kind kind, uint32_t id, uint32_t events, bool modify);
int unwatch(int fd);
void say(enum to_node type, const void *head, size_t head_length, const void *body, size_t body_length);
void say_numbers(enum to_node type, const uint32_t *numbers, size_t count);
/* Bytes that grow. The answers of a tape's operations are sent together, when it is done. */
struct buffer { unsigned char *bytes; size_t length, room; };
void buffer_add(struct buffer *b, const void *data, size_t length);
void reply_add(const void *data, size_t length);
int reply_extend(const void *data, size_t length, size_t limit); /* the last one; E2BIG beyond `limit` */

/* probe.c: the loop of a probe, which serves standard input and output. */
void probe(void) __attribute__((noreturn));

#define OP(name, signature) int op_##name(const struct field *f);
#define CALL(name, signature, number, ...)
#include "ops.def"

#endif
