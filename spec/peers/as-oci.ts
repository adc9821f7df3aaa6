import type { ContainerSpec } from '../../src/core/container.ts';
import type { OciConfig } from './peer-world.ts';

/** The same container in the words of the OCI's runtime specification, on top of what `crun spec` writes. */
export const asOci =
  (spec: ContainerSpec) =>
  (config: OciConfig): OciConfig => {
    const { process, rootfs } = spec;
    const [uid, gid = uid] = process.user.split(':').map(Number);
    const capabilities = process.capabilities.map((name) => `CAP_${name}`);
    const held = uid === 0 ? capabilities : [];
    const range = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
    const tmpfs = spec.mounts.flatMap((mount) =>
      mount.kind === 'tmpfs'
        ? [
            {
              destination: mount.target,
              type: 'tmpfs',
              source: 'tmpfs',
              options: ['nosuid', 'nodev', 'noexec'],
            },
          ]
        : [],
    );
    return {
      ...config,
      hostname: spec.hostname,
      process: {
        ...config.process,
        args: process.argv,
        env: process.environment,
        cwd: process.workingDir,
        user: { uid, gid },
        capabilities: {
          bounding: capabilities,
          permitted: held,
          effective: held,
          inheritable: [],
          ambient: [],
        },
        noNewPrivileges: process.noNewPrivileges,
        oomScoreAdj: process.oomScoreAdj,
        rlimits: process.rlimits.map(({ name, soft, hard }) => ({
          type: `RLIMIT_${name.toUpperCase()}`,
          soft,
          hard,
        })),
      },
      root: { ...config.root, readonly: rootfs.readOnly },
      mounts: [...config.mounts, ...tmpfs],
      linux: {
        ...config.linux,
        namespaces: ['pid', 'network', 'ipc', 'uts', 'mount', 'cgroup', 'user'].map((type) => ({ type })),
        uidMappings: range,
        gidMappings: range,
        maskedPaths: spec.maskedPaths,
        readonlyPaths: spec.readonlyPaths,
        seccomp: {
          defaultAction: 'SCMP_ACT_ALLOW',
          syscalls: [{ names: ['keyctl'], action: 'SCMP_ACT_ERRNO' }],
        },
      },
    };
  };
