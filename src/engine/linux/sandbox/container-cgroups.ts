import type { ContainerSpec } from '../../../core/container.ts';
import type { ContainerUsage } from '../../../core/engine.ts';
import type { CgroupPlan } from '../plan/plan-cgroup.ts';
import { planCgroup } from '../plan/plan-cgroup.ts';
import { noSlot, type Op, type Slot, type Tape } from '../tape/op.ts';
import type { PlanWrite } from './journal.ts';
import type { OpenedSandbox } from './open-sandbox.ts';
import { type LimitsHit, readCgroupUsage, readLimitsHit } from './read-cgroup-usage.ts';
import type { SandboxFacts } from './sandbox-facts.ts';
import { supervisorSlots } from './sandbox-slots.ts';
import type { SlotPool } from './slot-pool.ts';
import { upperOf } from './writable-place.ts';

const AT_REMOVEDIR = 0x200;

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
    if (Object.keys(spec.limits).length === 0 && spec.measured !== true) return [];
    const planWrite = await this.#facts.journal.planner();
    this.#count += 1;
    const plan = planCgroup({
      limits: spec.limits,
      ...(spec.measured === undefined ? {} : { measured: spec.measured }),
      facts: this.#facts.cgroups,
      runId: this.#runId,
      container: `c${this.#count}`,
      firstFree: supervisorSlots.firstFree,
    });
    const slots = plan.procs.map(() => this.#slots.take());
    await this.#opened.passing.pass([...this.#planJournal(plan, planWrite), ...plan.ops], plan.procs, slots);
    this.#made.set(spec.name, { plan, slots });
    return slots;
  }

  slotsOf(container: string): readonly Slot[] {
    return this.#made.get(container)?.slots ?? [];
  }

  async limitsHitBy(container: string): Promise<LimitsHit> {
    const { host, cgroups } = this.#facts;
    const directories = this.#made.get(container)?.plan.directories ?? {};
    return readLimitsHit(host, directories, cgroups.version);
  }

  async usageOf(container: string): Promise<ContainerUsage> {
    const { host, cgroups } = this.#facts;
    return readCgroupUsage(host, this.#made.get(container)?.plan.directories ?? {}, cgroups.version);
  }

  /** Its descriptors and directories: a run of many containers would else gather them until its end. */
  async remove(container: string): Promise<void> {
    const made = this.#made.get(container);
    if (made === undefined) return;
    this.#made.delete(container);
    await this.#opened.init.perform(made.slots.map((slot): Op => ({ kind: 'close', slot }))).catch(() => {}); // the sandbox is gone
    this.#slots.give(...made.slots);
    const directories = new Set(Object.values(made.plan.directories));
    await Promise.all([...directories].map((path) => this.#removeDirectory(path)));
  }

  /** What the kernel has not let go of yet is removed when the supervisor ends. */
  async #removeDirectory(path: string): Promise<void> {
    await this.#opened.supervisor
      .perform([{ kind: 'unlink', dir: noSlot, path, flags: AT_REMOVEDIR, missing: 0 }])
      .catch(() => {});
  }

  /** Which directories to sweep should supervisor and runner both be killed; where nothing is new, it is written already. */
  #planJournal(plan: CgroupPlan, planWrite: PlanWrite): Tape {
    const parents = Object.values(plan.directories).map((path) => path.slice(0, path.lastIndexOf('/')));
    const known = this.#parents.size;
    for (const parent of parents) this.#parents.add(parent);
    if (this.#parents.size === known) return [];
    return planWrite(this.#runId, { cgroups: [...this.#parents], ...upperOf(this.#facts.writable) });
  }
}
