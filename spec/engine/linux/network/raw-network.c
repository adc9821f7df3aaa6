/* What Node cannot do on a network. `raw-network send eth0 HEX…` sends each frame as it is; it needs CAP_NET_RAW.
 * `raw-network ping ADDRESS` asks for an echo through a socket that anybody may have, and prints `answered` or `silent`. */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { MAX_FRAME = 2048, WAIT_S = 1 };

static int send_frames(const char *interface, char **frames)
{
    struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(interface), .sll_halen = 6 };
    int fd = socket(AF_PACKET, SOCK_RAW, 0);
    if (fd < 0 || to.sll_ifindex == 0) return perror(interface), 1;
    for (; *frames != NULL; frames++) {
        unsigned char bytes[MAX_FRAME];
        size_t length = strlen(*frames) / 2;
        if (length > sizeof bytes) return 64;
        for (size_t at = 0; at < length; at++) {
            unsigned byte;
            if (sscanf(*frames + 2 * at, "%2x", &byte) != 1) return 64;
            bytes[at] = (unsigned char)byte;
        }
        if (sendto(fd, bytes, length, 0, (struct sockaddr *)&to, sizeof to) != (ssize_t)length) return perror("sendto"), 1;
    }
    return close(fd);
}

static int ping(const char *text)
{
    int is6 = strchr(text, ':') != NULL;
    struct sockaddr_in to4 = { .sin_family = AF_INET };
    struct sockaddr_in6 to6 = { .sin6_family = AF_INET6 };
    struct timeval wait = { WAIT_S, 0 };
    unsigned char packet[64] = { is6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO }, answer[256];
    if (inet_pton(is6 ? AF_INET6 : AF_INET, text, is6 ? (void *)&to6.sin6_addr : (void *)&to4.sin_addr) != 1) return 64;
    int fd = socket(is6 ? AF_INET6 : AF_INET, SOCK_DGRAM, is6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
    if (fd < 0) return perror("socket"), 1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    const struct sockaddr *to = is6 ? (struct sockaddr *)&to6 : (struct sockaddr *)&to4;
    if (sendto(fd, packet, sizeof packet, 0, to, is6 ? sizeof to6 : sizeof to4) < 0) return perror("sendto"), 1;
    puts(recv(fd, answer, sizeof answer, 0) > 0 ? "answered" : "silent");
    return 0;
}

int main(int argc, char **argv)
{
    if (argc >= 4 && strcmp(argv[1], "send") == 0) return send_frames(argv[2], argv + 3);
    return argc == 3 && strcmp(argv[1], "ping") == 0 ? ping(argv[2]) : 64;
}
