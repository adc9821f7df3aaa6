import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Image } from '../../../src/core/image.ts';
import { chooseProxy } from '../../../src/image/registry/choose-proxy.ts';
import { noRegistrySettings, type RegistrySettings } from '../../../src/image/registry/registry-settings.ts';
import { describeWithPrograms } from '../../requires.ts';
import { ImageBench } from '../image-bench.ts';
import { ociFiles, twoLayers } from '../image-fixtures.ts';
import { makeCertificate } from './certificates.ts';
import { DebianRegistry } from './debian-registry.ts';
import { HostileRegistry } from './hostile-registry.ts';
import { skopeoPush } from './skopeo.ts';
import { TestProxy } from './test-proxy.ts';

const proxies = { http: 'http://proxy.example:3128', https: 'secure.example:3129', none: '' };

describe('which proxy is asked', () => {
  test.each<readonly [url: string, none: string, proxy: string | undefined]>([
    ['https://registry.example/v2/', '', 'http://secure.example:3129'],
    ['http://registry.example/v2/', '', 'http://proxy.example:3128'],
    ['https://localhost:5000/v2/', '', undefined],
    ['http://127.0.0.1:5000/v2/', '', undefined],
    ['https://[::1]:5000/v2/', '', undefined],
    ['https://registry.example/', 'registry.example', undefined],
    ['https://REGISTRY.example/', 'Registry.Example', undefined],
    ['https://a.registry.example/', 'other, registry.example', undefined],
    ['https://aregistry.example/', 'registry.example', 'http://secure.example:3129'],
    ['https://registry.example/', '.registry.example', 'http://secure.example:3129'],
    ['https://a.registry.example/', '.registry.example', undefined],
    ['https://a.registry.example/', '*.registry.example', undefined],
    ['https://registry.example:5000/', 'registry.example:5000', undefined],
    ['https://registry.example/', 'registry.example:443', undefined],
    ['https://registry.example/', 'registry.example:5000', 'http://secure.example:3129'],
    ['https://registry.example/', '*', undefined],
    ['https://10.1.2.3/', '10.0.0.0/8', undefined],
    ['https://11.1.2.3/', '10.0.0.0/8', 'http://secure.example:3129'],
    ['https://10.1.2.3:5000/', 'other,10.1.2.0/24', undefined],
    ['https://[2001:db8::1]/', '2001:db8::/32', undefined],
    ['https://[2001:db9::1]/', '2001:db8::/32', 'http://secure.example:3129'],
    ['https://[2001:db8::1]/', '2001:db8::1', undefined],
    ['https://[2001:db8::1]/', '[2001:db8::1]', undefined],
    ['https://[2001:db8::1]/', '2001:DB8:0::1', undefined],
    ['https://[2001:db8::1]:5000/', '[2001:db8::1]:5000', undefined],
    ['https://[2001:db8::1]/', '[2001:db8::1]:5000', 'http://secure.example:3129'],
    ['https://10.1.2.3/', '10.1.2.3', undefined],
    ['https://10.1.2.3/', '10.1.2.3:443', undefined],
    ['https://10.1.2.3/', '10.1.2.3:5000', 'http://secure.example:3129'],
    ['https://10.1.2.3/', '2.3', 'http://secure.example:3129'],
    ['https://10.1.2.3/', '10.0.0.0/99', 'http://secure.example:3129'],
    ['https://10.1.2.3/', '10.0.0.0/', 'http://secure.example:3129'],
    ['https://registry.example/', '0.0.0.0/0', 'http://secure.example:3129'],
  ])('%s with NO_PROXY=%s', (url, none, proxy) => {
    expect(chooseProxy(new URL(url), { ...proxies, none })).toBe(proxy);
  });

  test('none where there is none', () => {
    expect(
      chooseProxy(new URL('https://registry.example/'), { http: '', https: '', none: '' }),
    ).toBeUndefined();
  });
});

describeWithPrograms(['docker-registry', 'skopeo', 'openssl'], [], 'through a proxy', () => {
  const name = 'registry.example:5000';
  const tls = makeCertificate('registry.example');
  let registry: DebianRegistry;
  let bench: ImageBench;
  beforeAll(async () => {
    registry = await DebianRegistry.start({ tls });
    await skopeoPush(ociFiles(twoLayers()), `${registry.host}/app:1`);
  });
  afterAll(() => registry[Symbol.asyncDispose]());
  beforeEach(() => {
    bench = new ImageBench();
  });
  afterEach(() => bench[Symbol.dispose]());

  const pull = (settings: Partial<RegistrySettings>): Promise<Image> => {
    const readRegistries = async () => ({ ...noRegistrySettings, ...settings });
    const source = { kind: 'registry', reference: `${name}/app:1` } as const;
    return bench.prepare(source, { provider: bench.provider({ readRegistries }) });
  };

  test('https in a tunnel, with its own certificate, and with the proxy’s own login', async () => {
    await using proxy = await TestProxy.start(registry.host);
    const https = `http://ann:secret@${proxy.host}`;
    const rules = { [name]: { authorityFile: tls.certificate } };
    const image = await pull({ rules, proxies: { http: '', https, none: '' } });
    expect(image.layers).toHaveLength(2);
    expect(new Set(proxy.asked)).toEqual(new Set([`CONNECT ${name}`]));
    expect(proxy.credentials[0]).toBe(`Basic ${Buffer.from('ann:secret').toString('base64')}`);
  });

  test('a certificate that nobody vouches for is none, tunnel or not', async () => {
    await using proxy = await TestProxy.start(registry.host);
    const pulling = pull({ proxies: { http: '', https: `http://${proxy.host}`, none: '' } });
    await expect(pulling).rejects.toMatchObject({
      code: 'IMAGE_UNREACHABLE',
      message: expect.stringContaining('certificate is not trusted'),
    });
  });

  test('plain http, where it was declared, as proxies have it since ever', async () => {
    await using plain = await HostileRegistry.start();
    plain.serve(ociFiles(twoLayers()));
    await using proxy = await TestProxy.start(plain.host);
    const url = `http://${proxy.host}`;
    const image = await pull({
      rules: { [name]: { isPlain: true } },
      proxies: { http: url, https: url, none: '' },
    });
    expect(image.layers).toHaveLength(2);
    expect(proxy.asked).toContain(`GET http://${name}/v2/app/manifests/1`);
  });

  test('a proxy that is not there', async () => {
    const pulling = pull({ proxies: { http: '', https: 'http://127.0.0.1:1', none: '' } });
    await expect(pulling).rejects.toMatchObject({ code: 'IMAGE_UNREACHABLE' });
  });
});
