import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { HostFeature } from '../src/core/host-feature.ts';
import { linuxEngineFor } from './engine/linux/linux-kit.ts';

/** Probes the host once for all spec files. */
export async function setup(project: TestProject): Promise<void> {
  project.provide('hostFeatures', process.platform === 'linux' ? await probe() : []);
}

async function probe(): Promise<readonly HostFeature[]> {
  const directory = await mkdtemp(join(tmpdir(), 'mayfly-probe-'));
  try {
    const { engine } = await linuxEngineFor(directory);
    const { features } = await engine.probeHost();
    return features.filter(({ available }) => available).map(({ feature }) => feature);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
