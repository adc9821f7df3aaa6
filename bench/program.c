/*
 * What runs in the containers of a benchmark, by its name: `true` ends at once, `sleep` never does, `serve PORT` answers every
 * connection with "ok", `request HOST PORT` resolves the name, connects (again until somebody listens) and prints the answer. `drain PORT`
 * reads what each connection brings and answers at its end; `pour HOST PORT MIB` brings as much, and ends when it was all read.
 */
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { TRIES = 2000, PAUSE_NS = 5000000, CHUNK = 256 << 10 };

static char chunk[CHUNK];

static int serve(int port, int drains) {
  struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons((unsigned short)port)};
  int listener = socket(AF_INET6, SOCK_STREAM, 0);
  if (listener < 0 || bind(listener, (struct sockaddr *)&any, sizeof any) < 0 || listen(listener, 16) < 0) return 1;
  for (;;) {
    int connection = accept(listener, NULL, NULL);
    while (drains && read(connection, chunk, sizeof chunk) > 0) {}
    if (connection < 0 || write(connection, "ok\n", 3) < 0) return 1;
    close(connection);
  }
}

static int pour(int connection, long chunks) {
  for (; chunks > 0; chunks--)
    for (size_t sent = 0; sent < sizeof chunk;) {
      ssize_t n = write(connection, chunk + sent, sizeof chunk - sent);
      if (n < 0) return -1;
      sent += (size_t)n;
    }
  return shutdown(connection, SHUT_WR);
}

static int ask(const char *host, const char *port, long chunks) {
  char answer[64];
  struct addrinfo *found, wanted = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
  if (getaddrinfo(host, port, &wanted, &found) != 0) return 1;
  int connection = socket(AF_INET, SOCK_STREAM, 0);
  int result = connect(connection, found->ai_addr, found->ai_addrlen);
  if (result == 0 && chunks > 0) result = pour(connection, chunks);
  ssize_t n = result < 0 ? -1 : read(connection, answer, sizeof answer);
  close(connection);
  freeaddrinfo(found);
  return n > 0 && write(1, answer, (size_t)n) == n ? 0 : 1;
}

int main(int argc, char **argv) {
  const char *slash = strrchr(argv[0], '/'), *name = slash ? slash + 1 : argv[0];
  signal(SIGTERM, SIG_DFL);
  if (strcmp(name, "serve") == 0 && argc == 2) return serve(atoi(argv[1]), 0);
  if (strcmp(name, "drain") == 0 && argc == 2) return serve(atoi(argv[1]), 1);
  if (strcmp(name, "pour") == 0 && argc == 4) return ask(argv[1], argv[2], atol(argv[3]) * (1 << 20) / CHUNK);
  if (strcmp(name, "request") == 0 && argc == 3) {
    for (int n = 0; n < TRIES; n++) {
      if (ask(argv[1], argv[2], 0) == 0) return 0;
      nanosleep(&(struct timespec){0, PAUSE_NS}, NULL);
    }
    return 1;
  }
  while (strcmp(name, "sleep") == 0) pause();
  return strcmp(name, "true") == 0 ? 0 : 2;
}
