import { emptyImageConfig, type Image } from '../../../src/core/image.ts';
import { FakeClock } from '../../../src/engine/fake/fake-clock.ts';
import { FakeEngine } from '../../../src/engine/fake/fake-engine.ts';
import { treeOf } from '../../../src/engine/fake/fake-tree.ts';
import { describeEngineContract } from '../contract/engine-contract.ts';
import { fakeNode } from '../contract/node-scripts.ts';

const layer = treeOf({
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n',
  '/etc/group': 'root:x:0:\ndaemon:x:1:\n',
});

const image: Image = {
  id: `sha256:${'0'.repeat(64)}`,
  name: 'contract',
  layers: [{ directory: 'base', diffId: `sha256:${'1'.repeat(64)}`, sizeBytes: 0 }],
  config: emptyImageConfig,
  platform: 'linux/amd64',
  createdAt: '1970-01-01T00:00:00Z',
  sizeBytes: 0,
};

describeEngineContract(
  'fake',
  async () =>
    new FakeEngine({
      clock: new FakeClock(),
      programs: { node: fakeNode },
      layers: new Map([['base', layer]]),
    }),
  async () => image,
);
