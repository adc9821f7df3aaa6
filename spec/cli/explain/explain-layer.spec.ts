import { expect, test } from 'vitest';
import { explainLayer } from '../../../src/cli/explain/explain-layer.ts';
import type { Image } from '../../../src/core/image.ts';
import { emptyImageConfig } from '../../../src/core/image.ts';
import { rangeMapping } from '../../../src/engine/linux/sandbox/id-mapping.ts';
import { containerSpec } from '../../engine/contract/container-spec.ts';

const image: Image = {
  id: 'sha256:x',
  name: 'x',
  layers: [],
  config: emptyImageConfig,
  platform: 'linux/amd64',
  createdAt: '',
  sizeBytes: 0,
};
const user = { kind: 'single-id', uids: [], gids: [] } as const;

test.each([
  { place: 'tmpfs', mapping: rangeMapping(0x7000_0000), shows: 'newMount tmpfs' },
  { place: 'disk', mapping: rangeMapping(0x7000_0000), shows: 'newMount ext4' },
  { place: 'disk', mapping: user, shows: 'mkdir /attic/disk/layer-one' },
] as const)('a layer in $place: $shows', ({ place, mapping, shows }) => {
  const spec = containerSpec(image, 'one', ['true']);
  const tapes = explainLayer(spec, place, { mapping, uppersDirectory: '/state/uppers' });
  const ops = tapes.flatMap(({ tape }) => tape);
  const seen = ops.flatMap((op) => {
    if (op.kind === 'newMount') return [`newMount ${op.fsType}`];
    return op.kind === 'mkdir' ? [`mkdir ${op.path}`] : [];
  });
  expect(seen).toContain(shows);
  expect(ops.some(({ kind }) => kind === 'loopDevice')).toBe(shows.endsWith('ext4'));
});
