import { expect, test } from 'vitest';
import type { Container } from '../../../../src/core/engine.ts';
import { describeWithPrograms } from '../../../requires.ts';
import { on } from '../../contract/container-spec.ts';
import { type Bench, inSandbox } from '../../contract/contract-kit.ts';
import { openNetworkBed, runIn, startIdle, startNamed } from './network-bed.ts';

/**
 * nginx asks the C library for names that stand in its configuration, but speaks DNS itself for those it learns later, and then
 * needs the server's address: 127.0.0.11 stands in many a configuration made for Docker.
 */
const configuration = `
  worker_processes 1;
  user root;
  pid /var/lib/nginx/nginx.pid;
  error_log stderr notice;
  events { worker_connections 64; }
  http {
    access_log off;
    resolver 127.0.0.11;
    server {
      listen 80;
      listen [::]:80;
      location = /alive { return 200 "alive"; }
      location / { set $name $arg_to; proxy_pass http://$name:7000; }
    }
  }`;

async function startProxy({ start }: Bench): Promise<Container> {
  const proxy = await start('proxy', ['nginx', '-g', 'daemon off;', '-c', '/etc/proxy.conf'], {
    ...on('front'),
    mounts: [
      { kind: 'file', target: '/etc/proxy.conf', content: configuration, mode: 0o644, uid: 0, gid: 0 },
      { kind: 'tmpfs', target: '/var/lib/nginx', readOnly: false },
    ],
  });
  await said(proxy, 'start worker process ');
  return proxy;
}

/** nginx listens before it starts its workers, and says so of each. */
function said(container: Container, words: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    container.main.stderr.on('data', (chunk: Uint8Array) => {
      text += new TextDecoder().decode(chunk);
      if (text.includes(words)) resolve();
    });
    container.main.stderr.once('end', () => reject(new Error(`it ended without "${words}": ${text}`)));
  });
}

/** Status and body, as a client of the proxy sees them. */
async function ask(client: Container, path: string): Promise<string> {
  const script = `fetch('http://proxy${path}').then(async (r) => console.log(r.status, (await r.text()).trim()))`;
  return (await runIn(client, ['node', '-e', script])).stdout.trim();
}

const networks = {
  networks: [
    { name: 'front', egress: false },
    { name: 'back', egress: false },
  ],
};

describeWithPrograms(['nginx'], ['userns', 'overlay', 'net'], 'nginx, which speaks DNS itself (R10)', () => {
  const subject = openNetworkBed(() => ['nginx']);

  test('finds a service that starts after it, is told at once of one that is not there, and asks again', () =>
    inSandbox(
      subject,
      async (bench) => {
        await startProxy(bench);
        const client = await startIdle(bench, 'client', 'front');
        expect(await ask(client, '/alive')).toBe('200 alive');
        const askedAt = performance.now();
        expect(await ask(client, '/?to=late')).toMatch(/^502 /);
        // Its resolver would wait 30 s for an answer (resolver_timeout).
        expect(performance.now() - askedAt).toBeLessThan(10_000);
        await startNamed(bench, 'late', 'front');
        expect(await ask(client, '/?to=late')).toMatch(/^200 late /);
      },
      networks,
    ));

  test('does not find what is on another network only', () =>
    inSandbox(
      subject,
      async (bench) => {
        await startProxy(bench);
        await startNamed(bench, 'db', 'back');
        const client = await startIdle(bench, 'client', 'front');
        expect(await ask(client, '/?to=db')).toMatch(/^502 /);
      },
      networks,
    ));
});
