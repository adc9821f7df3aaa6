import { byType, type JsonSchema, key, list, object } from './json-schema.ts';
import {
  absolutePath,
  boolean,
  nonEmptyText,
  octalMode,
  oneOfWords,
  oneOrMoreTexts,
  size,
  textOrNumber,
} from './scalars.ts';

const mount = byType('a mount such as "data:/var/lib/data", or { type: …, target: … }', {
  string: {
    pattern: '^(?:[^:]+:)?/[^:]*(?::[a-zA-Z,]+)?$|\\$\\{\\{',
  },
  object: object(
    {
      type: key('Type', 'volume, bind or tmpfs.', 'volume', oneOfWords(['volume', 'bind', 'tmpfs'])),
      source: key('Source', "A volume, or a path from the scenario's folder.", 'pgdata', nonEmptyText),
      target: key('Target', 'Where it is in the container.', '/data', absolutePath),
      read_only: key('Read-only', 'Binds are, unless this is false.', true, boolean),
      volume: key(
        'Volume options',
        'Of a volume.',
        { nocopy: true },
        object(
          { nocopy: key('No copy', "Do not take the image's content at the first mount.", true, boolean) },
          { what: '`volume`' },
        ),
      ),
      tmpfs: key(
        'tmpfs options',
        'Of a tmpfs.',
        { size: '64m' },
        object(
          {
            size: key('Size', 'The most it may hold.', '64m', size),
            mode: key('Mode', 'Its permission bits.', '1777', octalMode),
          },
          { what: '`tmpfs`' },
        ),
      ),
    },
    { what: 'a mount', required: ['type', 'target'] },
  ),
});

/** Compose's two forms of using a config or a secret. */
const grant = (what: string): JsonSchema =>
  byType(`the name of ${what}, or { source: …, target: … }`, {
    string: { pattern: '\\S' },
    object: object(
      {
        source: key('Source', `The name of ${what}.`, 'app_conf', nonEmptyText),
        target: key('Target', 'Where it is mounted, or its file name.', '/etc/app.conf', nonEmptyText),
        uid: key('User', 'Its owner.', '1000', textOrNumber),
        gid: key('Group', 'Its group.', '1000', textOrNumber),
        mode: key('Mode', 'Its permission bits.', '0440', octalMode),
      },
      { what: 'a grant', required: ['source'] },
    ),
  });

/** What a service can read and write beside its image (R13, R14). */
export const serviceStorage: Readonly<Record<string, JsonSchema>> = {
  volumes: key(
    'Volumes',
    'Named volumes and binds; binds are read-only unless `rw`.',
    ['pgdata:/var/lib/postgresql', './conf:/etc/app:ro'],
    list('a list of mounts', mount),
  ),
  tmpfs: key(
    'tmpfs',
    'File systems in memory, with options after a colon.',
    ['/run:size=16m'],
    oneOrMoreTexts('a path or a list of paths'),
  ),
  configs: key(
    'Configs',
    'Configs that are mounted.',
    ['app_conf'],
    list('a list of configs', grant('a config')),
  ),
  secrets: key(
    'Secrets',
    'Secrets that are mounted below /run/secrets.',
    ['DB_PASSWORD'],
    list('a list of secrets', grant('a secret')),
  ),
  read_only: key('Read-only root', 'Writes reach declared mounts only.', true, boolean),
  storage_opt: key(
    'Storage options',
    'The size of the writable layer.',
    { size: '256m' },
    object(
      { size: key('Size', 'The most it may hold.', '256m', size) },
      { what: '`storage_opt`', required: ['size'] },
    ),
  ),
  shm_size: key('Shared memory', 'The size of /dev/shm; 64m when absent.', '128m', size),
  devices: key(
    'Devices',
    'Devices of this machine.',
    ['/dev/fuse'],
    list('a list of devices', {
      type: 'string',
      pattern: '^/dev/|\\$\\{\\{',
      'x-expects': 'a device such as /dev/fuse',
    }),
  ),
};
