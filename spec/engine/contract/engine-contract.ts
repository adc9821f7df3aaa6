import { describe } from 'vitest';
import type { ContractSubject } from './contract-kit.ts';
import { describeFaults } from './fault-contract.ts';
import { describeFiles } from './files-contract.ts';
import { describeLifecycle } from './lifecycle-contract.ts';
import { describeNetworks } from './network-contract.ts';
import { describeObservation } from './observation-contract.ts';
import { describePolicies } from './policy-contract.ts';
import { describeProcesses } from './process-contract.ts';

/** What every engine must do, whatever it is made of. */
export function describeEngineContract(
  name: string,
  makeEngine: ContractSubject['engine'],
  makeImage: ContractSubject['image'],
): void {
  const subject: ContractSubject = { engine: makeEngine, image: makeImage };
  describe(`engine contract: ${name}`, () => {
    describeProcesses(subject);
    describeLifecycle(subject);
    describeFiles(subject);
    describeNetworks(subject);
    describePolicies(subject);
    describeObservation(subject);
    describeFaults(subject);
  });
}
