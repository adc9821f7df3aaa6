import { afterEach, beforeEach, expect, test } from 'vitest';
import { defaultImageLimits } from '../../../src/image/image-limits.ts';
import { noPrograms } from '../../../src/image/program-runner.ts';
import { listTags } from '../../../src/image/registry/list-tags.ts';
import type { RegistryContext } from '../../../src/image/registry/registry-context.ts';
import { noRegistrySettings } from '../../../src/image/registry/registry-settings.ts';
import { searchRegistry } from '../../../src/image/registry/search-registry.ts';
import { HostileRegistry, send } from './hostile-registry.ts';

let registry: HostileRegistry;
beforeEach(async () => {
  registry = await HostileRegistry.start();
});
afterEach(() => registry[Symbol.asyncDispose]());

const context: RegistryContext = {
  registries: noRegistrySettings,
  limits: { ...defaultImageLimits, registryPages: 3 },
  programs: noPrograms,
  nowMs: () => 0,
  signal: new AbortController().signal,
};
const search = (text: string, limit = 25) => searchRegistry(registry.host, text, limit, context);
const page = (names: readonly string[], next?: string) =>
  send(
    200,
    JSON.stringify({ repositories: names }),
    next === undefined ? {} : { link: `<${next}>; rel="next"` },
  );

test('a registry with a search of its own, as Docker Hub, is asked for it', async () => {
  const results = [
    { name: 'redis', description: 'a cache', star_count: 12, is_official: true },
    { name: 'team/redis', description: '', star_count: 0, is_official: false },
  ];
  registry.trick(/^\/v1\/search/, send(200, JSON.stringify({ num_results: 2, results })));
  expect(await search('redis & co', 10)).toEqual([
    { name: `${registry.host}/redis`, description: 'a cache', stars: 12, isOfficial: true },
    { name: `${registry.host}/team/redis`, description: '', stars: 0, isOfficial: false },
  ]);
  expect(registry.asked(/v1/)[0]?.url).toBe('/v1/search?q=redis+%26+co&n=10');
});

test('of any other the catalogue is read, page by page', async () => {
  registry.trick(/last=b/, page(['team/d']));
  registry.trick(/_catalog/, page(['team/c', 'other', 'team/a'], '/v2/_catalog?n=1000&last=b'));
  expect((await search('team')).map(({ name }) => name)).toEqual(
    ['a', 'c', 'd'].map((name) => `${registry.host}/team/${name}`),
  );
  expect(await search('team', 1)).toHaveLength(1);
});

test.each([
  ['has no end', 'IMAGE_LIMIT', () => page(['a'], '/v2/_catalog?n=1000&last=a')],
  ['goes on elsewhere', 'REGISTRY_REFUSED', () => page(['a'], 'http://127.0.0.1:1/v2/_catalog')],
  ['is no list', 'IMAGE_INVALID', () => send(200, '{"repositories":{"length":3}}')],
  ['is shown to nobody', 'REGISTRY_UNAUTHORIZED', () => send(403, '{"errors":[{"code":"DENIED"}]}')],
])('a catalogue that %s is %s', async (_, code, answer) => {
  registry.trick(/_catalog/, answer());
  await expect(search('a')).rejects.toMatchObject({ code });
});

test.each(['../../x', 'team/../x', 'A', 'a?b', '\u001b[2J'])(
  'a catalogue with %j in it is refused',
  async (name) => {
    registry.trick(/_catalog/, page(['team/a', name]));
    await expect(search('a')).rejects.toMatchObject({
      code: 'REGISTRY_REFUSED',
      message: expect.not.stringContaining('\u001b'),
    });
  },
);

test.each(['../../x', 'a?b', 'a:b', '', '-a', '\u001b[2J', '\u009b2J', `a@sha256:${'0'.repeat(64)}`])(
  'a list of tags with %j in it is refused',
  async (tag) => {
    registry.trick(/tags\/list/, send(200, JSON.stringify({ tags: ['good', tag] })));
    await expect(listTags({ registry: registry.host, repository: 'app' }, context)).rejects.toMatchObject({
      code: 'REGISTRY_REFUSED',
      message: expect.not.stringMatching(/[\u001b\u009b]/),
    });
  },
);

test('tags come sorted, whatever the order of the registry', async () => {
  registry.trick(/tags\/list/, send(200, '{"name":"app","tags":["b","a"]}'));
  const reference = { registry: registry.host, repository: 'app' };
  expect(await listTags(reference, context)).toEqual(['a', 'b']);
});
