/* One name, asked through the C library the program is built with: `resolve-name web` prints each address once, or the
 * library's error. Built static by musl-gcc, it is a program of musl as images of Alpine have them. */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static void print_address(const struct addrinfo *found)
{
    char text[INET6_ADDRSTRLEN];
    const void *bytes = found->ai_family == AF_INET ? (const void *)&((struct sockaddr_in *)found->ai_addr)->sin_addr
                                                    : (const void *)&((struct sockaddr_in6 *)found->ai_addr)->sin6_addr;
    puts(inet_ntop(found->ai_family, bytes, text, sizeof text));
}

int main(int argc, char **argv)
{
    struct addrinfo hints, *found;
    memset(&hints, 0, sizeof hints);
    hints.ai_socktype = SOCK_STREAM;
    if (argc != 2) return 64;
    int error = getaddrinfo(argv[1], NULL, &hints, &found);
    if (error != 0) {
        puts(error == EAI_NONAME ? "EAI_NONAME" : gai_strerror(error));
        return 2;
    }
    for (; found != NULL; found = found->ai_next) print_address(found);
    return 0;
}
