import { faultWords } from '../../core/fault.ts';
import { byType, exactlyOne, expressionPattern, type JsonSchema, key, list, object } from './json-schema.ts';
import {
  absolutePath,
  duration,
  nonEmptyText,
  oneOfWords,
  oneOrMoreTexts,
  portNumber,
  size,
} from './scalars.ts';

const someServices = oneOrMoreTexts('a service, or a list of services');

const service = key(
  'Service',
  'Whom it befalls: one service or a list; all instances of a scaled one.',
  'web',
  someServices,
);

const to = key('To', 'Only what it exchanges with these; with everyone when absent.', 'db', someServices);

const percent = byType('a percentage above 0, at most 100', {
  number: { exclusiveMinimum: 0, maximum: 100 },
  string: { pattern: expressionPattern },
});

const group = list('a list of services', nonEmptyText, 'wrong-value');

const partition: JsonSchema = byType('a list of groups, or { from, to } for one way', {
  array: list('a list of groups', group, 'wrong-value'),
  object: object(
    {
      from: key('From', 'Whose packets get lost …', ['web'], group),
      to: key('To', '… on their way to these.', ['db'], group),
    },
    { what: 'a partition of one way', required: ['from', 'to'] },
  ),
});

/** Of kinds that need nothing but a service. */
const serviceOr = (what: string, more: Readonly<Record<string, JsonSchema>>): JsonSchema =>
  byType('a service, or a mapping with `service`', {
    string: { pattern: '\\S' },
    object: object({ service, ...more }, { what, required: ['service'] }),
  });

export const fault: JsonSchema = {
  ...object(
    {
      partition: key(
        'Partition',
        'Groups of services that cannot reach each other; or `{ from, to }`, what is lost in one direction.',
        [['web'], ['db']],
        partition,
      ),
      loss: key(
        'Loss',
        'Packets that get lost, by chance.',
        { service: 'web', percent: 30 },
        object(
          { service, to, percent: key('Percent', 'How many of a hundred.', 30, percent) },
          { what: 'a loss of packets', required: ['service', 'percent'] },
        ),
      ),
      delay: key(
        'Delay',
        'Packets come late, in both directions.',
        { service: 'web', by: '100ms', jitter: '20ms' },
        object(
          {
            service,
            by: key('By', 'How late each packet is, on its way in and on its way out.', '100ms', duration),
            jitter: key('Jitter', 'Up to so much more or less.', '20ms', duration),
          },
          { what: 'a delay', required: ['service', 'by'] },
        ),
      ),
      rate: key(
        'Rate',
        'A slow line, in each direction.',
        { service: 'web', limit: '1m' },
        object(
          { service, limit: key('Limit', 'Bytes a second.', '1m', size) },
          { what: 'a slow line', required: ['service', 'limit'] },
        ),
      ),
      reset: key(
        'Reset',
        'TCP connections are reset.',
        { service: 'web', port: 8080 },
        object(
          { service, to, port: key('Port', 'Of either side; all when absent.', 8080, portNumber) },
          { what: 'a reset of connections', required: ['service'] },
        ),
      ),
      dns: key(
        'DNS',
        'Names do not resolve, or slowly.',
        { service: 'web', names: ['db'], answer: 'servfail' },
        object(
          {
            service,
            names: key(
              'Names',
              'Which names, with those below them; all when absent.',
              ['db'],
              oneOrMoreTexts('a name, or a list of names'),
            ),
            answer: key(
              'Answer',
              'nxdomain when absent; `slow` is the right one, late.',
              'servfail',
              oneOfWords(['nxdomain', 'servfail', 'slow']),
            ),
            by: key('By', 'How late, of `slow`.', '2s', duration),
          },
          { what: 'a fault of DNS', required: ['service'] },
        ),
      ),
      kill: key('Kill', 'Kills a service; started again afterwards.', 'web', serviceOr('a kill', {})),
      pause: key('Pause', 'Stops a service in its tracks.', 'web', serviceOr('a pause', {})),
      disk_full: key(
        'Disk full',
        'Writing finds no space (ENOSPC).',
        { service: 'db', path: '/var/lib/db' },
        serviceOr('a full disk', {
          path: key(
            'Path',
            'On which file system: the writable layer (`/`) when absent, or a volume.',
            '/var/lib/db',
            absolutePath,
          ),
        }),
      ),
      for: key('For', 'How long at least.', '5s', duration),
    },
    { what: 'a `fault` step' },
  ),
  ...exactlyOne(faultWords),
};
