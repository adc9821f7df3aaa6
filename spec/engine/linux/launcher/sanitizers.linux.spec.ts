import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { describeRequiring } from '../../../requires.ts';
import { contractPrograms } from '../../contract/contract-kit.ts';
import { describeEngineContract } from '../../contract/engine-contract.ts';
import { linuxEngineFor } from '../linux-kit.ts';
import { buildLauncher, staticUndefined } from './build-launcher.ts';

const directory = mkdtempSync(join(tmpdir(), 'mayfly-ubsan-'));
const launcher = buildLauncher(staticUndefined);
const kit = linuxEngineFor(directory, launcher);
const image = kit.then(({ prepareImage }) =>
  prepareImage('contract', { kind: 'host', programs: contractPrograms, files: [] }),
);
image.catch(() => {}); // reported by the tests that await it

afterAll(() => rm(directory, { recursive: true, force: true }));

/** A trap in the launcher ends it, and with it the test: every behaviour once more, with every undefined one fatal. */
describeRequiring(['userns', 'overlay', 'net'], 'the Linux engine with a launcher under UBSan', () => {
  describeEngineContract(
    'linux',
    async () => (await kit).engine,
    () => image,
  );
});
