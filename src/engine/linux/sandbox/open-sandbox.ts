import { MayflyError } from '../../../core/mayfly-error.ts';
import { LauncherClient } from '../client/launcher-client.ts';
import type { Host } from '../host.ts';
import { DescriptorPassing } from './descriptor-passing.ts';
import type { IdMapping } from './id-mapping.ts';
import { type IdRangePool, lockIdRange } from './id-range-lock.ts';
import { mapSubordinateIds } from './map-subordinate-ids.ts';
import { planInit, planInitServer } from './plan-init.ts';
import { planRelease, planSupervisor } from './plan-supervisor.ts';

export interface SandboxChoice {
  readonly launcherPath: string;
  readonly mapping: IdMapping | IdRangePool;
  /** The store's layers directory. */
  readonly layersDirectory: string;
}

/** A sandbox whose init serves: two servers of the launcher, one outside and one inside. */
export interface OpenedSandbox {
  readonly supervisor: LauncherClient;
  readonly init: LauncherClient;
  readonly passing: DescriptorPassing;
  readonly mapping: IdMapping;
  /** As the host sees them. */
  readonly supervisorPid: number;
  readonly initPid: number;
  /** When the supervisor has ended, and with it everything. */
  readonly ended: Promise<void>;
}

/** Makes the namespaces of a run: three round trips, one spawn. */
export async function openSandboxProcesses(host: Host, choice: SandboxChoice): Promise<OpenedSandbox> {
  const launcher = host.spawnLauncher(choice.launcherPath);
  const supervisor = new LauncherClient(launcher.channel);
  const init = new LauncherClient(launcher.initChannel);
  try {
    const mapping =
      choice.mapping.kind === 'pool' ? await lockIdRange(supervisor, choice.mapping) : choice.mapping;
    // Waits in the channel until the init serves: one round trip less.
    const serving = init.perform(planInitServer());
    serving.catch(() => {}); // an init that does not start has the better error
    const initPid = await startInit(host, { ...choice, mapping }, supervisor);
    await serving;
    const passing = new DescriptorPassing(supervisor, init);
    return {
      supervisor,
      init,
      passing,
      mapping,
      supervisorPid: launcher.pid,
      initPid,
      ended: launcher.ended,
    };
  } catch (error) {
    supervisor.close();
    await launcher.ended; // a launcher that never started rejects here, with the better error
    throw withRemedy(error);
  }
}

async function startInit(
  host: Host,
  choice: SandboxChoice & { readonly mapping: IdMapping },
  supervisor: LauncherClient,
): Promise<number> {
  const idmapped = choice.mapping.kind === 'range';
  const init = supervisor.expectProcess(() =>
    planInit({ mapping: choice.mapping, ...(idmapped ? {} : { storeOnHost: choice.layersDirectory }) }),
  );
  const [pidReply] = await supervisor.perform(
    planSupervisor({
      mapping: choice.mapping,
      initProcess: init.id,
      initTape: init.tape,
    }),
  );
  const initPid = Buffer.from(pidReply ?? []).readUInt32LE(0);
  if (choice.mapping.kind === 'subids') await mapSubordinateIds(host, initPid, choice.mapping);
  await supervisor.perform(
    planRelease({
      initProcess: init.id,
      initPid,
      ...(idmapped ? { idmappedStore: choice.layersDirectory } : {}),
    }),
  );
  await init.started;
  return initPid;
}

/** A refused `clone` means that user namespaces are forbidden here; everything else keeps its own words. */
function withRemedy(error: unknown): unknown {
  if (!(error instanceof MayflyError) || error.code !== 'LAUNCH_FAILED') return error;
  const cause = error.cause as { readonly kind?: string; readonly errno?: string } | undefined;
  const refused =
    cause?.errno === 'EPERM' ||
    cause?.errno === 'ENOSPC' ||
    cause?.errno === 'EACCES' ||
    cause?.errno === 'EUSERS';
  if (!refused || (cause?.kind !== 'clone' && cause?.kind !== 'newMount')) return error;
  return new MayflyError('HOST_NO_USERNS', `this host does not let a user make a sandbox: ${error.message}`, {
    cause: error,
  });
}
