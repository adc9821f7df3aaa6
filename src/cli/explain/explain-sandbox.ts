import type { ContainerSpec } from '../../core/container.ts';
import type { Image } from '../../core/image.ts';
import type { ScenarioPlan } from '../../core/plan.ts';
import { stepsOfPlan } from '../../core/steps-of-plan.ts';
import { planImageLinks } from '../../engine/linux/plan/image-links.ts';
import { planInit, planInitServer } from '../../engine/linux/sandbox/plan-init.ts';
import { planRelease, planSupervisor } from '../../engine/linux/sandbox/plan-supervisor.ts';
import { SandboxNetworks } from '../../engine/linux/sandbox/sandbox-networks.ts';
import { initSlots } from '../../engine/linux/sandbox/sandbox-slots.ts';
import { SlotPool } from '../../engine/linux/sandbox/slot-pool.ts';
import { mergeImage } from '../../scenario/plan/merge-image.ts';
import { nameOfPath } from '../../scenario/plan/name-of-path.ts';
import { planOneShot } from '../../scenario/plan/plan-one-shot.ts';
import { shellArgv } from '../../scenario/step/shell-argv.ts';
import { explainContainer } from './explain-container.ts';
import type { ExplainFacts } from './explain-facts.ts';
import { explainPolicies } from './explain-policies.ts';
import type { ExplainedTape } from './explained-tape.ts';

/** Numbers the kernel would give. */
const example = { initProcess: 1, initPid: 1 } as const;

/** Every tape of a scenario's start, in the order in which they are performed. */
export function explainSandbox(
  plan: ScenarioPlan,
  images: ReadonlyMap<string, Image>,
  facts: ExplainFacts,
): readonly ExplainedTape[] {
  const slots = new SlotPool(initSlots.firstFree);
  const networks = new SandboxNetworks(plan.networks, slots, facts);
  const made = networks.plan();
  return [
    ...explainProcesses(facts),
    ...plan.networks.map(({ name }, index) => ({
      title: `init: the network ${name}`,
      tape: made[index] ?? [],
    })),
    ...explainPolicies(plan.networks, networks, slots),
    ...[...images.values()].map((image) => ({
      title: `init: the layers of the image ${image.name}`,
      tape: planImageLinks(imageKey(image.name), image.layers, initSlots.root),
    })),
    ...containersOf(plan, images).flatMap(({ spec, image }) =>
      explainContainer({ spec, image, imageKey: imageKey(image.name), networks, slots, facts }),
    ),
  ];
}

function explainProcesses({ mapping, layersDirectory }: ExplainFacts): readonly ExplainedTape[] {
  const isIdmapped = mapping.kind === 'range';
  const initTape = planInit({ mapping, ...(isIdmapped ? {} : { storeOnHost: layersDirectory }) });
  const store = isIdmapped ? { idmappedStore: layersDirectory } : {};
  const mappedByProgram = mapping.kind === 'subids' ? ' (newuidmap and newgidmap have mapped the ids)' : '';
  return [
    {
      title: 'supervisor: clones the init of the sandbox',
      tape: planSupervisor({ mapping, initProcess: example.initProcess, initTape }),
    },
    { title: `supervisor: lets the init go${mappedByProgram}`, tape: planRelease({ ...example, ...store }) },
    { title: 'init: opens what containers are made from', tape: planInitServer() },
  ];
}

interface ExplainedContainer {
  readonly spec: ContainerSpec;
  readonly image: Image;
}

/** Services in their order, then the containers of `run` steps without a service; expressions in those stand as written. */
function containersOf(plan: ScenarioPlan, images: ReadonlyMap<string, Image>): readonly ExplainedContainer[] {
  const services = plan.services.flatMap(({ image: name, container }) => {
    const image = images.get(name);
    return image === undefined ? [] : [{ spec: mergeImage(container, image), image }];
  });
  const oneShots = stepsOfPlan(plan).flatMap((step) => {
    const image = step.in === undefined && step.image !== undefined ? images.get(step.image) : undefined;
    if (image === undefined || step.kind !== 'run') return [];
    const argv = Array.isArray(step.value)
      ? step.value.map(String)
      : shellArgv(String(step.value), image.config.shell, step.shell);
    return [{ spec: mergeImage(planOneShot(step, nameOfPath(step.path), argv), image), image }];
  });
  return [...services, ...oneShots];
}

function imageKey(name: string): string {
  return `image-${name}`;
}
