export interface PastaTarget {
  /** As pasta, outside of the sandbox, sees them: `/proc/PID/ns/user` and `/proc/PID/ns/net` of the container. */
  readonly userNamespace: string;
  readonly networkNamespace: string;
  /** pasta is started by the real root. */
  readonly root: boolean;
}

const egressInterface = 'egress0';

/**
 * The way out of one container (pasta(1), checked with Debian 12's 0.0~git20230309): a tap interface in its network namespace with the
 * host's own address and default routes, so the host's main address is the container itself and cannot be reached.
 *
 * - Ready when a line (pasta's pid) arrives on standard output, which must be a pipe: `--pid` is written once all is set up.
 * - It outlives its target (inotify cannot watch /proc), holding the namespace: whoever starts it must end it.
 * - Unlike its default as root, it must not become `nobody`, who may not enter the container's namespaces; it drops its
 *   capabilities, its root and most system calls itself.
 */
export function pastaArguments({ userNamespace, networkNamespace, root }: PastaTarget): readonly string[] {
  return [
    '--foreground',
    '--quiet',
    '--stderr',
    ...['--pid', '/proc/self/fd/1'],
    ...(root ? ['--runas', '0'] : []),
    ...['--userns', userNamespace],
    ...['--netns', networkNamespace],
    '--config-net',
    ...['--ns-ifname', egressInterface],
    // Nothing comes in, and nothing of the host's loopback is to be reached (the default maps every port, both ways).
    ...['--tcp-ports', 'none', '--udp-ports', 'none', '--tcp-ns', 'none', '--udp-ns', 'none'],
    '--no-map-gw',
  ];
}
