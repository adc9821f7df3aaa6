import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { FeatureReport, HostReport } from '../../src/core/host-feature.ts';
import { describeAsRoot } from '../requires.ts';
import { MayflyBench } from './mayfly-process.ts';

const bench = new MayflyBench();
afterAll(() => bench.remove());

/** What `doctor` says of Debian images where no other programs are found than these. */
async function debianImages(...programs: readonly string[]): Promise<FeatureReport | undefined> {
  const folder = ['bin', ...programs].join('-');
  bench.link(join(folder, 'node'), process.execPath);
  for (const program of programs) {
    bench.write(join(folder, program), '#!/bin/sh\n');
    bench.chmod(join(folder, program), 0o755);
  }
  const { out } = await bench.run(['doctor', '--json'], { PATH: join(bench.folder, folder) });
  const { features } = JSON.parse(out) as HostReport;
  return features.find(({ feature }) => feature === 'debian-images');
}

describeAsRoot(['userns', 'overlay', 'net'], 'doctor on Debian images', () => {
  test('with mmdebstrap and apt they can be made', async () => {
    expect(await debianImages('mmdebstrap', 'apt-get')).toMatchObject({
      available: true,
      evidence: expect.stringMatching(/bin-mmdebstrap-apt-get\/mmdebstrap, .*\/apt-get$/),
      remedy: '',
      required: false,
    });
  });

  test('without mmdebstrap: what is missing, what that costs and how to mend it', async () => {
    expect(await debianImages('apt-get')).toMatchObject({
      available: false,
      evidence: 'not installed: mmdebstrap',
      cost: expect.stringContaining('`debian:`'),
      remedy: expect.stringContaining('apt-get install mmdebstrap'),
      required: false,
    });
  });
});
