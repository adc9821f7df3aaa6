import { expect, test } from 'vitest';
import type { Json } from '../../../../src/core/json.ts';
import { containerOf, planOf, problemsOf, serviceProblems } from '../scenario-builder.ts';

function published(port: Json): readonly string[] {
  return containerOf({ ports: [port] }).ports.map(
    (one) => `${one.hostAddress} ${one.hostPort}:${one.containerPort}/${one.protocol}`,
  );
}

const forms: readonly (readonly [Json, readonly string[]])[] = [
  [80, ['localhost 0:80/tcp']],
  ['80', ['localhost 0:80/tcp']],
  ['8080:80', ['localhost 8080:80/tcp']],
  ['8080:80/udp', ['localhost 8080:80/udp']],
  ['127.0.0.1:8080:80/udp', ['127.0.0.1 8080:80/udp']],
  ['127.0.0.2::80', ['127.0.0.2 0:80/tcp']],
  ['[::1]:8080:80', ['::1 8080:80/tcp']],
  ['127.0.0.1:8080-8081:80-81', ['127.0.0.1 8080:80/tcp', '127.0.0.1 8081:81/tcp']],
  [{ target: 80, published: 8080, host_ip: '127.0.0.1', protocol: 'udp' }, ['127.0.0.1 8080:80/udp']],
  [{ target: 80 }, ['localhost 0:80/tcp']],
  [{ target: '80-81', published: '90-91', host_ip: '::1' }, ['::1 90:80/tcp', '::1 91:81/tcp']],
];

test.each(forms)('R13 ports %j', (port, wanted) => {
  expect(published(port)).toEqual(wanted);
});

const mistakes: readonly (readonly [Json, string])[] = [
  [
    '0.0.0.0:80:80',
    'SCENARIO_FORBIDDEN at /services/web/ports/0: publishing on 0.0.0.0 would open the port to other machines',
  ],
  [
    '[::]:80:80',
    'SCENARIO_FORBIDDEN at /services/web/ports/0: publishing on :: would open the port to other machines',
  ],
  [
    '300.0.0.1:80:80',
    'SCENARIO_WRONG_VALUE at /services/web/ports/0: `300.0.0.1` is no address to publish on',
  ],
  [
    '80:99999',
    'SCENARIO_WRONG_VALUE at /services/web/ports/0: `99999` is no port or range of ports from 1 to 65535',
  ],
  [
    '80:81-80',
    'SCENARIO_WRONG_VALUE at /services/web/ports/0: `81-80` is no port or range of ports from 1 to 65535',
  ],
  ['1-3:80-81', 'SCENARIO_WRONG_VALUE at /services/web/ports/0: 1-3 and 80-81 are not equally many ports'],
  ['80/sctp', 'SCENARIO_WRONG_VALUE at /services/web/ports/0: `sctp` is not one of tcp, udp'],
  ['http', 'SCENARIO_WRONG_VALUE at /services/web/ports/0: `http` is no port to publish'],
  [{ published: 80 }, 'SCENARIO_MISSING_KEY at /services/web/ports/0: a published port without `target`'],
];

test.each(mistakes)('R13 a port that cannot be: %j', (port, problem) => {
  expect(serviceProblems({ ports: [port] })).toEqual([problem]);
});

test('R13 other addresses than loopback need leave', () => {
  const allow = { privileged: false, hostPaths: [], publish: true };
  expect(containerOf({ ports: ['0.0.0.0:80:80'] }, {}, { allow }).ports).toHaveLength(1);
});

test('R13 two services cannot publish the same port, and scaled ones need free ports', () => {
  const service = { image: 'tools', ports: ['127.0.0.1:80:80'] };
  expect(problemsOf({ services: { a: service, b: service } })).toEqual([
    'SCENARIO_CONFLICT at /services/b/ports: port 80 is already published by `a`',
  ]);
  expect(serviceProblems({ scale: 2, ports: ['80:80'] })).toEqual([
    'SCENARIO_CONFLICT at /services/web/ports/0: every instance of `web` would want the same host port',
  ]);
  expect(serviceProblems({ scale: 2, ports: ['80'] })).toEqual([]);
});

test('R13 of a range before one port each instance has one', () => {
  const web = { image: 'tools', command: ['sleep', '1'], ports: ['18080-18081:80'] };
  const hostPorts = (scale: number): readonly (readonly number[])[] =>
    planOf({ services: { web: { ...web, scale } }, steps: [{ wait: '1s' }] }).services.map(({ container }) =>
      container.ports.map(({ hostPort }) => hostPort),
    );
  expect(hostPorts(2)).toEqual([[18080], [18081]]);
  expect(hostPorts(1)).toEqual([[18080]]);
  expect(serviceProblems({ scale: 3, ports: web.ports })).toEqual([
    'SCENARIO_CONFLICT at /services/web/ports/0: there are more instances of `web` than ports in 18080-18081',
  ]);
  const other = { image: 'tools', ports: ['18081:80'] };
  expect(problemsOf({ services: { web: { ...web, scale: 2 }, other } })).toEqual([
    'SCENARIO_CONFLICT at /services/other/ports: port 18081 is already published by `web`',
  ]);
});
