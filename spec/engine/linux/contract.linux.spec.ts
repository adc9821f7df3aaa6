import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { describeRequiring } from '../../requires.ts';
import { contractPrograms } from '../contract/contract-kit.ts';
import { describeEngineContract } from '../contract/engine-contract.ts';
import { linuxEngineFor } from './linux-kit.ts';

const directory = mkdtempSync(join(tmpdir(), 'mayfly-contract-'));
const kit = linuxEngineFor(directory);
const image = kit.then(({ prepareImage }) =>
  prepareImage('contract', { kind: 'host', programs: contractPrograms, files: [] }),
);
image.catch(() => {}); // reported by the tests that await it

afterAll(() => rm(directory, { recursive: true, force: true }));

describeRequiring(['userns', 'overlay', 'net'], 'the Linux engine', () => {
  describeEngineContract(
    'linux',
    async () => (await kit).engine,
    () => image,
  );
});
