import { byType, type JsonSchema, key, list, named, object, ref } from './json-schema.ts';
import { boolean, mapOrAssignments, nonEmptyText, size } from './scalars.ts';

const subnet: JsonSchema = {
  type: 'string',
  pattern: '^[0-9a-fA-F.:]+/[0-9]{1,3}$|\\$\\{\\{',
  'x-expects': 'a subnet such as 10.20.0.0/24',
};

const ipam = object(
  {
    config: key('Subnets', 'One IPv4 and one IPv6 subnet at most.', [{ subnet: '10.20.0.0/24' }], {
      ...list(
        'a list of subnets',
        object(
          { subnet: key('Subnet', 'In CIDR notation.', '10.20.0.0/24', subnet) },
          { what: 'a subnet', required: ['subnet'] },
        ),
        'wrong-value',
      ),
    }),
  },
  { what: '`ipam`', required: ['config'] },
);

const network = byType('a mapping, or nothing', {
  null: {},
  object: object(
    {
      ipam: key(
        'Addresses',
        'The subnets of the network; from a pool when absent.',
        { config: [{ subnet: '10.20.0.0/24' }] },
        ipam,
      ),
      egress: key('Egress', 'Opens the way out. A network is sealed without it.', true, boolean),
      internal: key(
        'Internal',
        "Compose's word for a sealed network, which is the default here.",
        true,
        boolean,
      ),
      labels: key(
        'Labels',
        'For people and tools; without effect on the network.',
        { tier: 'back' },
        mapOrAssignments('labels as a mapping or a list', '^[^=]+'),
      ),
    },
    { what: 'a network' },
  ),
});

const volume = byType('a mapping, or nothing', {
  null: {},
  object: object(
    {
      size: key('Size', 'The most it may hold.', '64m', size),
      labels: key(
        'Labels',
        'For people and tools; without effect on the volume.',
        { keep: 'no' },
        mapOrAssignments('labels as a mapping or a list', '^[^=]+'),
      ),
    },
    { what: 'a volume' },
  ),
});

const config = object(
  {
    content: key('Content', 'The content itself.', 'listen 80;', { type: 'string', 'x-expects': 'text' }),
    file: key('File', "A file in the scenario's folder.", './app.conf', nonEmptyText),
    environment: key('Environment', 'A variable of the environment of Mayfly.', 'APP_CONF', nonEmptyText),
  },
  { what: 'a config', empty: 'wrong-value' },
);

export const networkDefinitions: Readonly<Record<string, JsonSchema>> = { network, volume, config };

export const networks = key(
  'Networks',
  'Sealed networks: members reach each other, nothing else exists.',
  { back: {} },
  named('networks', ref('network')),
);
export const volumes = key(
  'Volumes',
  'Named volumes, gone when the scenario ends.',
  { pgdata: {} },
  named('volumes', ref('volume')),
);
export const configs = key(
  'Configs',
  'Small files that services mount.',
  { 'app.conf': { content: 'listen 80;' } },
  named('configs', ref('config'), '^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$'),
);
