/* Calls every system call number and prints what came of it, one line each: "<number> <errno>", "<number> ok" or
   "<number> ended" for a call that does not return. Two runs, under two filters, are compared line by line.

   Every argument is -1: an impossible pointer, descriptor, flag and length, so that a call that is allowed fails before it does
   anything (EFAULT, EBADF, EINVAL). Each call has a process of its own, which an alarm ends if the call blocks.

   On x86-64 the calls of the other two interfaces follow, "x32:<number>" and "i386:<number>". A filter is asked before the kernel
   finds that it has no x32: what that filter allows is ENOSYS then, and what it denies is not. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LAST_NUMBER = 600, LAST_FAMILY = 50, SECONDS = 2 };

struct outcome {
  volatile int returned;
  volatile long value;
};

/* Inline, so that a call which makes a second process on the same stack (vfork) disturbs nothing. */
static inline __attribute__((always_inline)) long call(long number, long a, long b) {
#if defined(__x86_64__)
  long result;
  register long r10 __asm__("r10") = -1;
  register long r8 __asm__("r8") = -1;
  register long r9 __asm__("r9") = -1;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(-1L), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return result;
#elif defined(__aarch64__)
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = -1;
  register long x3 __asm__("x3") = -1;
  register long x4 __asm__("x4") = -1;
  register long x5 __asm__("x5") = -1;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
#else
#error "unknown architecture"
#endif
}

enum abi { NATIVE, I386 };
enum { X32_BIT = 0x40000000 };

#if defined(__x86_64__)
/* As a 32-bit program calls: nothing in the upper halves, which a filter sees, too. The stack stays out of it, because the red zone lies below it; ebp, the sixth argument, is whatever it is. */
static inline __attribute__((always_inline)) long call_i386(long number, long a, long b) {
  int result;
  const unsigned long all = 0xffffffffUL;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"((unsigned long)(unsigned)number), "b"(a & all), "c"(b & all), "d"(all), "S"(all), "D"(all) : "r8", "r9", "r10", "r11", "memory");
  return result;
}

static int i386_makes_a_process(long number) {
  enum { FORK = 2, CLONE = 120, VFORK = 190, CLONE3 = 435 };
  return number == FORK || number == CLONE || number == VFORK || number == CLONE3;
}
#else
static inline long call_i386(long number, long a, long b) { return call(number, a, b); }
static int i386_makes_a_process(long number) { return number == SYS_clone; }
#endif

static int makes_a_process(long number) {
#ifdef SYS_fork
  if (number == SYS_fork || number == SYS_vfork) return 1;
#endif
  return number == SYS_clone || number == SYS_clone3;
}

static void try_call(struct outcome *outcome, const char *label, enum abi abi, long number, long a) {
  outcome->returned = 0;
  fflush(stdout);
  pid_t pid = fork();
  if (pid < 0) {
    perror("fork");
    exit(1);
  }
  if (pid == 0) {
    int second = abi == I386 ? i386_makes_a_process(number) : makes_a_process(number & ~(long)X32_BIT);
    alarm(SECONDS);
    long value = abi == I386 ? call_i386(number, a, -1) : call(number, a, -1);
    if (second && value == 0) call(SYS_exit, 0, 0);
    outcome->value = value;
    outcome->returned = 1;
    call(SYS_exit_group, 0, 0);
  }
  int status;
  while (waitpid(pid, &status, 0) != pid) {}
  if (!outcome->returned) printf("%s ended\n", label);
  else if (outcome->value < 0 && outcome->value >= -4095) printf("%s %ld\n", label, -outcome->value);
  else printf("%s ok\n", label);
}

int main(void) {
  struct rlimit none = {0, 0};
  char label[64];
  struct outcome *outcome = mmap(NULL, sizeof *outcome, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (outcome == MAP_FAILED) return 1;
  setrlimit(RLIMIT_CORE, &none);
  for (long number = 0; number <= LAST_NUMBER; number++) {
    snprintf(label, sizeof label, "%ld", number);
    try_call(outcome, label, NATIVE, number, -1);
  }
  for (long family = 0; family <= LAST_FAMILY; family++) {
    snprintf(label, sizeof label, "socket:%ld", family);
    try_call(outcome, label, NATIVE, SYS_socket, family);
  }
  static const long personalities[] = {0, 8, 0x20000, 0x20008, 0xffffffff, 0x40000, 1};
  for (size_t i = 0; i < sizeof personalities / sizeof *personalities; i++) {
    snprintf(label, sizeof label, "personality:%#lx", personalities[i]);
    try_call(outcome, label, NATIVE, SYS_personality, personalities[i]);
  }
#if defined(__x86_64__)
  for (long number = 0; number <= LAST_NUMBER; number++) {
    snprintf(label, sizeof label, "x32:%ld", number);
    try_call(outcome, label, NATIVE, number | X32_BIT, -1);
    snprintf(label, sizeof label, "i386:%ld", number);
    try_call(outcome, label, I386, number, -1);
  }
#endif
  return 0;
}
