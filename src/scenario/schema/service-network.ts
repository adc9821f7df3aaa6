import { byType, type JsonSchema, key, list, object } from './json-schema.ts';
import {
  mapOrAssignments,
  nonEmptyText,
  oneOfWords,
  oneOrMoreTexts,
  portWithProtocol,
  textOrNumber,
} from './scalars.ts';

const address = (example: string): JsonSchema => ({
  type: 'string',
  pattern: '^[0-9a-fA-F.:]+$|\\$\\{\\{',
  'x-expects': `an address such as ${example}`,
});

const attachment = byType('a mapping, or nothing', {
  null: {},
  object: object(
    {
      aliases: key(
        'Aliases',
        'More names under which members of the network find the service.',
        ['postgres'],
        list('a list of names', nonEmptyText),
      ),
      ipv4_address: key(
        'IPv4 address',
        'A fixed address; the network needs a subnet for it.',
        '10.20.0.5',
        address('10.20.0.5'),
      ),
      ipv6_address: key(
        'IPv6 address',
        'A fixed address; the network needs a subnet for it.',
        'fd00::5',
        address('fd00::5'),
      ),
      mac_address: key('MAC address', 'A fixed hardware address.', '02:42:ac:11:00:02', {
        type: 'string',
        pattern: '^[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5}$',
        'x-expects': 'a MAC address such as 02:42:ac:11:00:02',
      }),
    },
    { what: "a network's settings" },
  ),
});

const publishedPort = byType('a port such as "8080:80", or { target: 80, published: 8080 }', {
  integer: { minimum: 1, maximum: 65_535 },
  string: {
    pattern:
      '^(?:(?:[0-9.]+|\\[[0-9a-fA-F:]+\\]):)?(?:(?:[0-9]{1,5}(?:-[0-9]{1,5})?)?:)?[0-9]{1,5}(?:-[0-9]{1,5})?(?:/(?:tcp|udp))?$|\\$\\{\\{',
  },
  object: object(
    {
      target: key('Target', 'The port in the container.', 80, portWithProtocol),
      published: key('Published', 'The port of this machine; any free one when absent.', 8080, textOrNumber),
      host_ip: key(
        'Host address',
        'Loopback, IPv4 and IPv6, when absent.',
        '127.0.0.1',
        address('127.0.0.1'),
      ),
      protocol: key('Protocol', 'tcp (default) or udp.', 'udp', oneOfWords(['tcp', 'udp'])),
    },
    { what: 'a port', required: ['target'] },
  ),
});

/** Where a service can be reached, and whom it can reach (R10, R11, R13). */
export const serviceNetwork: Readonly<Record<string, JsonSchema>> = {
  networks: key(
    'Networks',
    'The networks it joins; `default` when absent.',
    { back: { aliases: ['postgres'] } },
    byType('a list of networks, or a mapping with settings', {
      array: list('a list of networks', nonEmptyText),
      object: { additionalProperties: attachment },
    }),
  ),
  network_mode: key('Network mode', 'No network at all, or that of another service.', 'none', {
    type: 'string',
    pattern: '^(?:none|service:.+)$',
    'x-expects': 'none or service:NAME',
  }),
  ports: key(
    'Ports',
    'Published on this machine, on loopback unless an address is said.',
    ['8080:80'],
    list('a list of ports', publishedPort),
  ),
  expose: key(
    'Expose',
    'Ports it listens on, for checks. Members of a network reach every port, said or not.',
    [8080],
    list(
      'a list of ports',
      byType('a port such as 8080, or a range such as "8080-8089/udp"', {
        integer: { minimum: 1, maximum: 65_535 },
        string: { pattern: '^[0-9]{1,5}(?:-[0-9]{1,5})?(?:/(?:tcp|udp))?$|\\$\\{\\{' },
      }),
    ),
  ),
  extra_hosts: key(
    'Extra hosts',
    'More lines of /etc/hosts.',
    { 'api.example.org': '10.20.0.9' },
    mapOrAssignments('names and addresses', '^[^=:\\s]+[=:].+$'),
  ),
  dns: key(
    'DNS',
    'Servers asked for names that are not of the scenario; only with egress.',
    ['9.9.9.9'],
    oneOrMoreTexts('an address or a list of addresses'),
  ),
};
