import { expect, test } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import type { Container } from '../../../src/core/engine.ts';
import { composeFacts } from '../../../src/scenario/connectivity/compose-facts.ts';
import { survey } from '../../../src/scenario/connectivity/survey.ts';
import type { Truth, TruthRule } from '../../../src/scenario/connectivity/truth.ts';
import { on } from '../../engine/contract/container-spec.ts';
import { type Bench, firstOutput, inSandbox, never } from '../../engine/contract/contract-kit.ts';
import { openNetworkBed } from '../../engine/linux/network/network-bed.ts';
import { describeRequiring } from '../../requires.ts';

const rule = (from: string, to: string, protocol: 'tcp' | 'udp' | 'icmp', port?: number): TruthRule => ({
  from: new Set([from]),
  to: new Set([to]),
  protocol,
  ...(port === undefined ? {} : { port }),
});

describeRequiring(['userns', 'overlay', 'net', 'ipv6'], 'a survey', () => {
  const bed = openNetworkBed(() => []);
  test('try', () =>
    inSandbox(
      bed,
      async ({ start }: Bench) => {
        const a = await start('a', ['node', '-e', "require('net').createServer(()=>console.log('CONN')).listen(7000,'::',()=>console.log('up'))"], on('front'));
        const b = await start('b', ['sleep', '1000'], on('front', 'back'));
        const c = await start('c', ['sleep', '1000'], on('back'));
        await firstOutput(a.main.stdout);
        const truth: Truth = { default: 'deny', allow: [rule('b','a','tcp',7000), rule('b','a','udp',53), rule('b','a','icmp')], deny: [] };
        const surveyed = [a, b, c].map((container: Container) => ({ name: container.name, container, namespaceOf: container.name, declaredPorts: [] }));
        const t = performance.now();
        const facts = composeFacts(await survey({ services: surveyed, truth, families: [4, 6], leftOut: [], clock: systemClock(() => performance.now()), signal: never }));
        console.log(performance.now() - t, JSON.stringify(facts, null, 1));
      },
      { networks: [{ name: 'front', egress: false }, { name: 'back', egress: false }] },
    ));
});
