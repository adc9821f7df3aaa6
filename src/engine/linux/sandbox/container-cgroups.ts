import type { ContainerSpec } from '../../../core/container.ts';
import type { CgroupPlan } from '../plan/plan-cgroup.ts';
import { planCgroup } from '../plan/plan-cgroup.ts';
import type { Slot, Tape } from '../tape/op.ts';
import type { OpenedSandbox } from './open-sandbox.ts';
import type { SandboxFacts } from './sandbox-facts.ts';
import { supervisorSlots } from './sandbox-slots.ts';
import type { SlotPool } from './slot-pool.ts';

interface Made {
  readonly plan: CgroupPlan;
  readonly slots: readonly Slot[];
}

/** The control groups of containers that have limits; made by the supervisor, joined through descriptors. */
export class ContainerCgroups {
  readonly #opened: OpenedSandbox;
  readonly #slots: SlotPool;
  readonly #runId: string;
  readonly #facts: SandboxFacts;
  readonly #made = new Map<string, Made>();
  readonly #parents = new Set<string>();
  #journalled: Promise<void> = Promise.resolve();
  #count = 0;

  constructor(opened: OpenedSandbox, slots: SlotPool, runId: string, facts: SandboxFacts) {
    this.#opened = opened;
    this.#slots = slots;
    this.#runId = runId;
    this.#facts = facts;
  }

  /** The descriptors the container's processes join by; none where nothing is limited. */
  async make(spec: ContainerSpec): Promise<readonly Slot[]> {
    const known = this.#made.get(spec.name);
    if (known !== undefined) return known.slots;
    if (Object.keys(spec.limits).length === 0) return [];
    this.#count += 1;
    const plan = planCgroup({
      limits: spec.limits,
      facts: this.#facts.cgroups,
      runId: this.#runId,
      container: `c${this.#count}`,
      firstFree: supervisorSlots.firstFree,
    });
    const forget = this.#planForget();
    await this.#journal(plan);
    const slots = plan.procs.map(() => this.#slots.take());
    await this.#opened.passing.pass([...forget, ...plan.ops], plan.procs, slots);
    this.#made.set(spec.name, { plan, slots });
    return slots;
  }

  slotsOf(container: string): readonly Slot[] {
    return this.#made.get(container)?.slots ?? [];
  }

  /** Whether the kernel has killed a process of the container for its memory limit. */
  async wasOomKilled(container: string): Promise<boolean> {
    const directory = this.#made.get(container)?.plan.directories.memory;
    if (directory === undefined) return false;
    const file = this.#facts.cgroups.version === 'v2' ? 'memory.events' : 'memory.oom_control';
    const text = (await this.#facts.host.readText(`${directory}/${file}`)) ?? '';
    return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0) > 0;
  }

  forget(container: string): void {
    this.#made.delete(container);
  }

  /** The supervisor removes the entry after the groups, if it can remove those and there is nothing else in it. */
  #planForget(): Tape {
    const isFirst = this.#parents.size === 0;
    const { journal, upperDirectory } = this.#facts;
    return isFirst && upperDirectory === undefined
      ? [{ kind: 'removeAtExit', path: journal.fileOf(this.#runId) }]
      : [];
  }

  /** Before the first is made: which directories to sweep should supervisor and runner both be killed. */
  #journal(plan: CgroupPlan): Promise<void> {
    const parents = Object.values(plan.directories).map((path) => path.slice(0, path.lastIndexOf('/')));
    const fresh = parents.filter((parent) => !this.#parents.has(parent));
    for (const parent of fresh) this.#parents.add(parent);
    // One write at a time, so that the last one says all.
    if (fresh.length > 0) this.#journalled = this.#journalled.then(() => this.#writeJournal());
    return this.#journalled;
  }

  #writeJournal(): Promise<void> {
    const { journal, upperDirectory } = this.#facts;
    return journal.write(this.#runId, {
      cgroups: [...this.#parents],
      ...(upperDirectory === undefined ? {} : { upperDirectory }),
    });
  }
}
