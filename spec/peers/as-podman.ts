import type { ContainerSpec } from '../../src/core/container.ts';

/** The same container as flags of `podman run`. */
export function asPodman(spec: ContainerSpec): readonly string[] {
  const { process, rootfs } = spec;
  return [
    `--hostname=${spec.hostname}`,
    '--network=none',
    '--cgroupns=private',
    '--uidmap=0:100000:65536',
    `--user=${process.user}`,
    `--workdir=${process.workingDir}`,
    `--oom-score-adj=${process.oomScoreAdj}`,
    '--cap-drop=all',
    ...process.capabilities.map((name) => `--cap-add=${name}`),
    ...(process.noNewPrivileges ? ['--security-opt=no-new-privileges'] : []),
    ...(rootfs.readOnly ? ['--read-only', '--read-only-tmpfs=false'] : []),
    ...process.environment.map((line) => `--env=${line}`),
    ...process.rlimits.map(({ name, soft, hard }) => `--ulimit=${name}=${soft}:${hard}`),
    // Podman has a default of its own, which cannot be had where the hard limit cannot be raised.
    '--ulimit=nproc=1024:1024',
    ...spec.mounts.flatMap((mount) =>
      mount.kind === 'tmpfs' ? [`--tmpfs=${mount.target}:nosuid,nodev,noexec`] : [],
    ),
  ];
}
