export interface HostsInput {
  readonly hostname: string;
  readonly domainname: string;
  /** The container's own. */
  readonly addresses: readonly string[];
  readonly extraHosts: readonly { readonly name: string; readonly address: string }[];
}

const loopback = `127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::\tip6-localnet
ff00::\tip6-mcastprefix
ff02::1\tip6-allnodes
ff02::2\tip6-allrouters
`;

/** /etc/hosts as Docker writes it: loopback, `extra_hosts`, then the container itself. Other services come from DNS. */
export function renderHosts(input: HostsInput): string {
  const own =
    input.domainname === '' ? input.hostname : `${input.hostname}.${input.domainname} ${input.hostname}`;
  const lines = [
    ...input.extraHosts.map(({ name, address }) => `${address}\t${name}\n`),
    ...input.addresses.map((address) => `${address}\t${own}\n`),
  ];
  return loopback + lines.join('');
}
