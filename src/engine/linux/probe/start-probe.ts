import type { ContainerSpec, ProcessSpec } from '../../../core/container.ts';
import type { ProbeRights } from '../../../core/probe.ts';
import type { ContainerFiles } from '../container/container-files.ts';
import type { ContainerHome } from '../container/container-home.ts';
import { execInContainer } from '../container/exec.ts';
import { initSlots } from '../sandbox/sandbox-slots.ts';
import type { Slot } from '../tape/op.ts';
import { asProbe } from './as-probe.ts';
import { LinuxProbe } from './linux-probe.ts';

/** The launcher in its role as a probe, executed by descriptor: nothing of the image is opened. */
export async function startProbe(
  home: ContainerHome,
  container: ContainerSpec,
  pidfd: Slot,
  rights: ProbeRights,
  files: ContainerFiles,
): Promise<LinuxProbe> {
  await home.provideProbe();
  const spec =
    rights === 'itself' ? asProbe(container.process) : asRoot(container.process, capabilitiesOf[rights]);
  const process = await execInContainer(home, container, pidfd, spec, files, initSlots.probe);
  try {
    return await LinuxProbe.greet(process, home.systemCalls);
  } catch (error) {
    await process.kill('SIGKILL').catch(() => {}); // its end is what was told
    throw error;
  }
}

/** Ports below 1024 can be had whatever the service has given up, and nothing that reaches further than its own namespaces. */
const capabilitiesOf = {
  root: ['NET_BIND_SERVICE'],
  network: ['NET_BIND_SERVICE', 'NET_RAW', 'NET_ADMIN'],
  mounts: ['NET_BIND_SERVICE', 'SYS_ADMIN'],
} as const;

function asRoot(process: ProcessSpec, capabilities: readonly string[]): ProcessSpec {
  return {
    ...asProbe(process),
    environment: [],
    workingDir: '/',
    user: '0:0',
    groupAdd: [],
    capabilities,
    noNewPrivileges: true,
    seccomp: { kind: 'unconfined' },
    rlimits: [],
  };
}
