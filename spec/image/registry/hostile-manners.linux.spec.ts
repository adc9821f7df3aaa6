import { type Attack, blobOf, describeAttacks, firstLayer, manifestPath } from './hostile-kit.ts';
import { breakOff, endless, send } from './hostile-registry.ts';

const manners: readonly Attack[] = [
  {
    name: 'redirects in a circle',
    arrange: (registry) =>
      registry.trick(/manifests\/1$/, (response) => {
        response.writeHead(307, { location: '/v2/app/manifests/1' });
        response.end();
      }),
    code: 'REGISTRY_REFUSED',
    says: /more than 10 times/,
  },
  {
    name: 'a redirect to nowhere',
    arrange: (registry) => registry.trick(manifestPath, send(302, '')),
    code: 'REGISTRY_REFUSED',
  },
  ...[
    'http://10.255.255.1/blob',
    'http://169.254.169.254/latest/meta-data',
    'file:///etc/passwd',
    'https://ann:secret@127.0.0.1/',
    'ftp://127.0.0.1/x',
  ].map(
    (location): Attack => ({
      name: `a redirect to ${location}`,
      arrange: (registry) => registry.trick(blobOf(firstLayer), send(307, '', { location })),
      code: 'REGISTRY_REFUSED',
      says: /which is not asked/,
    }),
  ),
  {
    name: 'a realm for tokens in the clear somewhere else',
    arrange: (registry) =>
      registry.trick(
        manifestPath,
        send(401, '', { 'www-authenticate': 'Bearer realm="http://10.255.255.1/token",service="x"' }),
      ),
    code: 'REGISTRY_REFUSED',
    says: /where no login may go/,
  },
  {
    name: 'a token with a line break in it',
    arrange: (registry) => {
      const realm = `Bearer realm="http://${registry.host}/token",service="x"`;
      registry.trick(manifestPath, send(401, '', { 'www-authenticate': realm }));
      registry.trick(/\/token/, send(200, '{"token":"a\\r\\nX-Evil: 1"}'));
    },
    code: 'REGISTRY_REFUSED',
    says: /no token/,
  },
  {
    name: 'tokens that are never enough',
    arrange: (registry) => {
      const realm = `Bearer realm="http://${registry.host}/token",service="x"`;
      registry.trick(
        manifestPath,
        send(401, '{"errors":[{"code":"DENIED"}]}', { 'www-authenticate': realm }),
      );
      registry.trick(/\/token/, send(200, '{"token":"abc"}'));
    },
    code: 'REGISTRY_UNAUTHORIZED',
    says: /answers 401 \(DENIED\)/,
  },
  {
    name: 'a challenge of a kind that nobody knows',
    arrange: (registry) =>
      registry.trick(manifestPath, send(401, '', { 'www-authenticate': 'Negotiate abc, "' })),
    code: 'REGISTRY_UNAUTHORIZED',
  },
  {
    name: 'always an error',
    arrange: (registry) => registry.trick(manifestPath, send(503, 'x')),
    code: 'REGISTRY_REFUSED',
    says: /answers 503/,
  },
  {
    name: 'an error with what a terminal would obey',
    arrange: (registry) =>
      registry.trick(manifestPath, send(418, '{"errors":[{"code":"X","message":"\\u001b[2J\\u0007gone"}]}')),
    code: 'REGISTRY_REFUSED',
    says: /^image app: fetching the manifest 1: [\d.:]+ answers 418 \(X: +\[2J gone\)$/,
  },
  {
    name: 'an error without end',
    arrange: (registry) => registry.trick(manifestPath, endless(0, 404)),
    limits: { registryAnswerBytes: 100_000 },
    code: 'IMAGE_NOT_FOUND',
  },
  {
    name: 'a wait that nobody would wait',
    arrange: (registry) => registry.trick(manifestPath, send(429, '', { 'retry-after': '86400' })),
    code: 'REGISTRY_REFUSED',
    says: /answers 429/,
  },
  {
    name: 'no answer',
    arrange: (registry) => registry.trick(manifestPath, () => undefined),
    code: 'IMAGE_UNREACHABLE',
    says: /does not answer in time/,
  },
  {
    name: 'a manifest a byte at a time',
    arrange: (registry) => registry.trick(manifestPath, endless(5)),
    code: 'IMAGE_UNREACHABLE',
    says: /too slow/,
  },
  {
    name: 'a layer a byte at a time',
    arrange: (registry) => registry.trick(blobOf(firstLayer), endless(5)),
    code: 'IMAGE_UNREACHABLE',
    says: /too slow/,
  },
  {
    name: 'a manifest that flows, and never ends',
    arrange: (registry) => registry.trick(manifestPath, endless(5)),
    limits: { registryTrickleBytes: 1, registryWholeMs: 500 },
    code: 'IMAGE_UNREACHABLE',
    says: /has not come within 500 ms/,
  },
  {
    name: 'a layer that flows just fast enough not to be silent',
    arrange: (registry) => registry.trick(blobOf(firstLayer), endless(5)),
    limits: { registryTrickleBytes: 1, registryGraceMs: 500 },
    code: 'IMAGE_UNREACHABLE',
    says: /too slow: \d+ bytes came within/,
  },
  {
    name: 'an error that is told a byte at a time',
    arrange: (registry) => registry.trick(manifestPath, endless(5, 404)),
    limits: { registryTrickleBytes: 1, registryComplaintMs: 300 },
    code: 'IMAGE_NOT_FOUND',
  },
  {
    name: 'a layer that breaks off again and again',
    arrange: (registry) => registry.trick(blobOf(firstLayer), breakOff(firstLayer, 20)),
    limits: { registryTrickleBytes: 1, registryRestarts: 4 },
    code: 'IMAGE_LIMIT',
    says: /registryRestarts: 4/,
  },
  {
    name: 'headers without end',
    arrange: (registry) =>
      registry.trick(manifestPath, (response) => {
        response.socket?.write(`HTTP/1.1 200 OK\r\nx: ${'a'.repeat(2 ** 20)}`);
      }),
    code: 'IMAGE_UNREACHABLE',
  },
  {
    name: 'no HTTP',
    arrange: (registry) =>
      registry.trick(manifestPath, (response) => response.socket?.end('SSH-2.0-OpenSSH_9.2\r\n\r\n')),
    code: 'IMAGE_UNREACHABLE',
  },
  {
    name: 'nothing of that name',
    arrange: (registry) => registry.trick(manifestPath, send(404, '')),
    code: 'IMAGE_NOT_FOUND',
  },
];

describeAttacks('a registry with bad manners', manners);
