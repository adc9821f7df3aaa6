/* The native half of the runtime: performs launch tapes and pumps streams. It takes no decisions (see ../tape/op-table.ts). */
#ifndef LAUNCHER_H
#define LAUNCHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

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

/* One decoded field. Numbers are in `number`; everything else is a view into the tape. */
struct field {
  uint64_t number;
  const unsigned char *data;
  uint32_t length;
};

struct op {
  uint32_t code;
  struct field field[MAX_FIELDS];
};

/* Where the operations of a tape come from, one after the other. The tape was validated whole before. */
struct tape_reader {
  const unsigned char *at;
  const unsigned char *end;
};

struct failure {
  uint32_t op_index;
  uint32_t op_code;
  uint32_t error;  /* errno */
  uint32_t detail; /* netlink: index of the refused message; malformed tape: byte offset */
};

/* tape.c */
bool tape_validate(const unsigned char *bytes, size_t length, unsigned depth, uint32_t *bad_offset);
struct tape_reader tape_open(const unsigned char *bytes, size_t length);
bool tape_next(struct tape_reader *reader, struct op *op);
/* The strings of a `texts` field as a NULL-terminated vector (malloc'd; the strings lie in the tape). */
char **tape_texts(const struct field *field);
#define TEXT(f) ((const char *)(f).data)

/* perform.c: returns 0, or fills `failure`. */
int perform_tape(const unsigned char *bytes, size_t length, struct failure *failure);
extern uint32_t op_detail; /* set by an operation that can say more than errno */

/* slots.c */
int slot_fd(uint64_t slot);               /* -1 and errno EBADF if empty */
int slot_dir(uint64_t slot);              /* as slot_fd, AT_FDCWD for NO_SLOT */
int slot_put(uint64_t slot, int fd);      /* takes the descriptor, closes a former one */
void slot_close(uint64_t slot);
int slot_take(uint64_t slot);             /* gives up the slot without closing */

/* process.c */
extern int sync_fd;      /* in a child: towards its parent; -1 in a server */
extern bool is_server;   /* this process serves a channel */
void process_child_failed(const struct failure *failure) __attribute__((noreturn));
void process_child_says(char kind, uint32_t number); /* of `struct sync_message` */
void processes_on_sigchld(void);
void process_on_sync(uint32_t id);
void processes_tape_begins(void);
void processes_kill_unreleased(void); /* of the current tape only: others may be waiting on purpose */
void processes_end_all(void);
int process_pid(uint32_t id); /* -1 and errno ESRCH */

/* namespaces.c: a server finds itself in its own namespaces after each tape. */
void namespaces_remember(void);
int namespaces_restore(void);
void namespaces_changed(uint64_t clone_flags);

/* pump.c */
int pump_add(int fd, uint32_t stream, uint32_t mode, uint32_t process);
void pump_on_event(uint32_t stream, uint32_t events);
void pump_write(uint32_t stream, const unsigned char *data, size_t length);
void pump_end(uint32_t stream);
void pump_pause(uint32_t stream, bool paused);
void pump_close(uint32_t stream);
void pumps_drain(uint32_t process);
int pump_window(uint32_t stream, unsigned rows, unsigned columns);

/* rights.c */
int stay_undumpable(int result); /* after a change of credentials */

/* probe.c: the loop of a probe, which serves standard input and output. */
void probe(void) __attribute__((noreturn));

/* serve.c */
enum from_node { NODE_TAPE = 1, NODE_DATA, NODE_END, NODE_PAUSE, NODE_RESUME, NODE_CLOSE };
enum to_node {
  SAY_DONE = 1, SAY_FAILED, SAY_STARTED, SAY_LAUNCH_FAILED, SAY_EXITED, SAY_DATA, SAY_END, SAY_CLOSED, SAY_WRITTEN,
  SAY_ACCEPTED, SAY_CONNECTED,
};
enum watch_kind { WATCH_CHANNEL, WATCH_SIGNALS, WATCH_PUMP, WATCH_SYNC };
void serve(int channel) __attribute__((noreturn));
int watch(int fd, enum watch_kind kind, uint32_t id, uint32_t events, bool modify);
int unwatch(int fd);
void say(enum to_node type, const void *head, size_t head_length, const void *body, size_t body_length);
void say_numbers(enum to_node type, const uint32_t *numbers, size_t count);
void reply_add(const void *data, size_t length); /* an answer of an operation, sent with SAY_DONE */
void exit_path_add(const char *path);
void serve_forget_signals(void); /* in a child: default dispositions, empty mask */

/* paths.c */
int close_keeping_errno(int fd, int result);
int open_in_root(int dir, const char *path, int flags, unsigned mode, uint64_t resolve);
/* Opens the parent of the last component (resolved in the root) and points `base` at that component. */
int open_parent(uint64_t dir_slot, const char *path, const char **base);

#define OP(name, signature) int op_##name(const struct field *f);
#include "ops.def"
#undef OP

#endif
