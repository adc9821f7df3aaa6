import type { ContainerSpec } from '../../core/container.ts';
import { planMemoryPlace } from '../../engine/linux/sandbox/memory-places.ts';
import { diskAttic, inAttic, planAtticDirectories } from '../../engine/linux/sandbox/plan-attic.ts';
import { planLoopDevice, planLoopMount, planLoopPlace } from '../../engine/linux/sandbox/plan-loop.ts';
import { initSlots, supervisorSlots } from '../../engine/linux/sandbox/sandbox-slots.ts';
import { SlotPool } from '../../engine/linux/sandbox/slot-pool.ts';
import type { ExplainFacts } from './explain-facts.ts';
import type { ExplainedTape } from './explained-tape.ts';

const directories = ['upper', 'work'];

/** Numbers that the kernel would give, of a device and of the init. */
const example = { device: 0, initPid: 1 } as const;

/** What makes a container's writable layer; on disk as root a file system of its own, where the host has what that needs. */
export function explainLayer(
  { name, rootfs }: ContainerSpec,
  place: 'tmpfs' | 'disk',
  { mapping, uppersDirectory }: Pick<ExplainFacts, 'mapping' | 'uppersDirectory'>,
): readonly ExplainedTape[] {
  const layer = `layer-${name}`;
  const title = `init: the writable layer of ${name}`;
  if (place === 'tmpfs') return [{ title, tape: planMemoryPlace(layer, rootfs.writableBytes, directories) }];
  if (mapping.kind !== 'range')
    return [{ title, tape: inAttic(planAtticDirectories(`${diskAttic}/${layer}`, directories)) }];
  const pool = new SlotPool(supervisorSlots.firstLoop);
  const template = pool.take();
  const slots = { file: pool.take(), loop: pool.take(), tree: pool.take(), userNamespace: pool.take() };
  return [
    {
      title: `supervisor: a file system for ${name}, from one that mkfs.ext4 has formatted`,
      tape: planLoopDevice(template, uppersDirectory, slots),
    },
    {
      title: `supervisor: mounts it, with the ids of the sandbox`,
      tape: planLoopMount(example.device, example.initPid, slots),
    },
    { title, tape: planLoopPlace(layer, initSlots.firstFree, directories) },
  ];
}
