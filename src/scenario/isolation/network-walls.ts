import type { IsolationCheck } from './check.ts';
import { lookAcrossScenarios } from './cross-scenario.ts';
import { reachForHost } from './host-reach.ts';
import { resolveNames } from './name-scope.ts';
import { compareReach } from './network-matrix.ts';
import { reachForInternet, reachForMetadata } from './outside-world.ts';
import { comparePorts } from './published-ports.ts';
import { sendAsAnother } from './spoofing.ts';

/** What a network must not lead to. Where the kernel knows no way, nothing is sent. */
export const networkWallChecks: readonly IsolationCheck[] = [
  {
    id: 'net.no-host',
    claim: 'No address of the host answers, nor anything else on a network that is not of the scenario.',
    probed:
      'inside, the kernel is asked for a way to every address the host has (connect of a datagram socket, which sends nothing), also as IPv6-mapped IPv4; link-local addresses, the first and last of each network and those of the host in it, and all nodes by ICMPv6: only members go on answering (a twin may until its network is taken down), and by each family one of them does; 127.0.0.0/8, ::1 and 0.0.0.0 do not lead to what listens on the host, which the runner itself does meanwhile',
    source: 'CVE-2020-8558; docker network create --internal; ip(7)',
    profile: 'standard',
    quiet: true,
    look: reachForHost,
  },
  {
    id: 'net.no-internet',
    claim: 'A network without egress does not lead to the internet.',
    probed:
      "the routing tables as the host's /proc shows them have no gateway; inside, connecting to addresses of the documentation ranges is refused for want of a way",
    source: 'RFC 5737, RFC 3849; compose-spec, networks.internal',
    profile: 'standard',
    look: reachForInternet,
  },
  {
    id: 'net.no-metadata',
    claim: 'Metadata services of clouds (169.254.169.254, fd00:ec2::254) are never reached.',
    probed:
      'inside, the kernel is asked for a way there, which it must refuse; nothing is sent, also where a network has egress',
    source: 'RFC 3927; CVE-2019-5736 and later write-ups of SSRF',
    profile: 'standard',
    look: reachForMetadata,
  },
  {
    id: 'net.dns-scope',
    claim: 'A name resolves only for members of a network in common.',
    probed:
      'every name of every service is asked for, A and AAAA, at the server of resolv.conf: the answers are the addresses on common networks, or NXDOMAIN',
    source: 'compose-spec, networks; RFC 1035',
    profile: 'baseline',
    look: resolveNames,
  },
  {
    id: 'net.no-cross-scenario',
    claim: 'Scenarios that run at once do not see each other, even with the same subnets and names.',
    probed:
      "an ICMPv6 echo request to all nodes of each network, and connecting by IPv4: who goes on answering is a member of this scenario, each once; every interface of the host's /proc/PID/net/dev is one of a declared network",
    source: 'network_namespaces(7), RFC 4443',
    profile: 'standard',
    quiet: true,
    look: lookAcrossScenarios,
  },
  {
    id: 'net.no-spoof',
    claim: 'A packet with a forged sender does not arrive, and there are no raw sockets.',
    probed:
      'raw and packet sockets, of the service itself and of root; a datagram from an address that is not its own (with and without IP_FREEBIND, IPV6_FREEBIND) to a member, who listens',
    source: 'raw(7), packet(7), ip(7); CIS Docker 5.3; CVE-2020-14386',
    profile: 'standard',
    quiet: true,
    look: sendAsAnother,
  },
  {
    id: 'net.matrix',
    claim: 'Who reaches whom is what networks and policies say: TCP, UDP and ICMP, over IPv4 and IPv6.',
    probed:
      'as a `connectivity` step does, between all services at once: each sends from inside of its network namespace to a port of every other, published or port 9, where the helper listens if nobody does; those who share a network, or whom its policy allows, are answered, and nothing of others arrives where it demonstrably would have been seen',
    source: 'compose-spec, networks; docs/language.md, `connectivity`, `policies`',
    profile: 'standard',
    quiet: true,
    look: compareReach,
  },
  {
    id: 'net.ports-exact',
    claim:
      'What is published is what was declared: those ports, with those numbers, at those addresses only.',
    probed: "the host's /proc/self/net/{tcp,udp}{,6}: sockets of the runner with those port numbers",
    source: 'CIS Docker 5.13; docker run --publish',
    profile: 'baseline',
    look: comparePorts,
  },
];
