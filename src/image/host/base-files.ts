/** What a container needs beside programs. Made here rather than copied: the machine's users are nobody's business. */
export const baseFiles: Readonly<Record<string, string>> = {
  '/etc/passwd': [
    'root:x:0:0:root:/root:/bin/sh',
    'daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin',
    'bin:x:2:2:bin:/bin:/usr/sbin/nologin',
    'sys:x:3:3:sys:/dev:/usr/sbin/nologin',
    'www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin',
    'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin',
    '',
  ].join('\n'),
  '/etc/group': [
    'root:x:0:',
    'daemon:x:1:',
    'bin:x:2:',
    'sys:x:3:',
    'tty:x:5:',
    'www-data:x:33:',
    'nogroup:x:65534:',
    '',
  ].join('\n'),
  '/etc/nsswitch.conf': [
    'passwd: files',
    'group: files',
    'hosts: files dns',
    'networks: files',
    'services: files',
    '',
  ].join('\n'),
  // Places for what the engine knows better; there, so that they can be covered on a read-only root.
  '/etc/hosts': '127.0.0.1\tlocalhost\n::1\tlocalhost\n',
  '/etc/hostname': '',
  '/etc/resolv.conf': '',
};

export const baseDirectories: readonly string[] = [
  '/dev',
  '/etc',
  '/home',
  '/proc',
  '/root',
  '/run',
  '/sys',
  '/tmp',
  '/usr/bin',
  '/var/tmp',
];

const directoryModes: Readonly<Record<string, number>> = {
  '/tmp': 0o1777,
  '/var/tmp': 0o1777,
  '/root': 0o700,
};

/** The machine's own modes are not copied, except that /root stays private where no program lives in it. */
export function directoryMode(path: string, holdsPrograms: boolean): number {
  return path === '/root' && holdsPrograms ? 0o755 : (directoryModes[path] ?? 0o755);
}

/** Taken from the machine where they are: trust is the machine's decision. */
export const certificatePaths: readonly string[] = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/ssl/cert.pem',
  '/etc/pki/tls/certs/ca-bundle.crt',
];

/** On a machine with a merged /usr these are links, and scripts name `/bin/sh`. */
export const topLevelLinks: readonly string[] = ['/bin', '/sbin', '/lib', '/lib64'];
