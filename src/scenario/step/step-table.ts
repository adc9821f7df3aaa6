import { MayflyError } from '../../core/mayfly-error.ts';
import { type StepKind, stepKinds } from '../../core/step-kind.ts';
import { connectivityStep } from './connectivity-step.ts';
import { controlStep } from './control-step.ts';
import { copyStep } from './copy-step.ts';
import { dnsStep } from './dns-step.ts';
import { filesStep } from './files-step.ts';
import { httpStep } from './http-step.ts';
import { imageStep } from './image-step.ts';
import { isolationStep } from './isolation-step.ts';
import { logsStep } from './logs-step.ts';
import { portsStep } from './ports-step.ts';
import { processesStep } from './processes-step.ts';
import { runStepKind } from './run-step-kind.ts';
import { statsStep } from './stats-step.ts';
import type { StepDefinition } from './step-definition.ts';
import { waitStep } from './wait-step.ts';

/** Every kind of step this version performs (language.md R17): a new one is a file and a line. */
const steps: readonly StepDefinition[] = [
  runStepKind,
  httpStep,
  waitStep,
  filesStep,
  processesStep,
  portsStep,
  dnsStep,
  imageStep,
  statsStep,
  logsStep,
  copyStep,
  controlStep,
  connectivityStep,
  isolationStep,
];

/** They hold steps and do nothing themselves: the runner does what they hold. */
const holdingKinds: readonly StepKind[] = ['parallel', 'use', 'fault'];

const stepTable: ReadonlyMap<StepKind, StepDefinition> = new Map(steps.map((step) => [step.kind, step]));

/** @throws MayflyError LANGUAGE_NOT_AVAILABLE_YET for a kind the language has and this version has not. */
export function stepDefinition(kind: StepKind): StepDefinition {
  const definition = stepTable.get(kind);
  if (definition !== undefined) return definition;
  throw new MayflyError('LANGUAGE_NOT_AVAILABLE_YET', `steps of kind \`${kind}\` cannot be performed yet`);
}

/** The kinds this version performs, in the order of the language. */
export const availableStepKinds: readonly StepKind[] = stepKinds.filter(
  (kind) => stepTable.has(kind) || holdingKinds.includes(kind),
);
