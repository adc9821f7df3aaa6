import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Layer } from '../../core/image.ts';
import { Host } from '../../engine/linux/host.ts';
import { type Cidr, parseInterfaceCidr } from '../../engine/linux/net/cidr.ts';
import type { CgroupFacts } from '../../engine/linux/plan/cgroup-facts.ts';
import type { UserDatabase } from '../../engine/linux/plan/resolve-user.ts';
import { userMapping } from '../../engine/linux/sandbox/choose-mapping.ts';
import { type IdMapping, rangeMapping } from '../../engine/linux/sandbox/id-mapping.ts';
import { probeCgroups } from '../../engine/linux/sandbox/probe-cgroups.ts';
import { uppersDirectory } from '../../engine/linux/sandbox/writable-place.ts';
import { SeccompCompiler } from '../../engine/linux/seccomp/seccomp-compiler.ts';
import type { Surroundings } from '../surroundings.ts';

/** What tapes depend on beside the scenario. Reads only. */
export interface ExplainFacts {
  readonly mapping: IdMapping;
  readonly cgroups: CgroupFacts;
  readonly ipv6: boolean;
  readonly hostRanges: readonly Cidr[];
  readonly oomScoreAdj: number;
  readonly seccomp: SeccompCompiler;
  readonly layersDirectory: string;
  readonly uppersDirectory: string;
  readonly kernelRelease: string;
  readonly seed: number;
}

/** The first range that root's sandboxes may lock; the one a run gets is any of 4,095. */
const exampleBase = 0x7000_0000;

export async function readExplainFacts(
  layersDirectory: string,
  stateDirectory: string,
  seed: number,
  { environment, machine, user }: Surroundings,
): Promise<ExplainFacts> {
  const host = new Host(environment);
  const { uid, gid, login } = user;
  return {
    mapping: uid === 0 ? rangeMapping(exampleBase) : await userMapping(host, uid, gid, login),
    cgroups: await probeCgroups(host),
    ipv6: await host.exists('/proc/net/if_inet6'),
    hostRanges: host.interfaceCidrs().flatMap((text) => parseInterfaceCidr(text)?.cidr ?? []),
    oomScoreAdj: Number((await host.readText('/proc/self/oom_score_adj')) ?? 0),
    seccomp: new SeccompCompiler({ arch: machine.arch, kernelRelease: machine.kernelRelease }),
    layersDirectory,
    uppersDirectory: uppersDirectory(stateDirectory),
    kernelRelease: machine.kernelRelease,
    seed,
  };
}

/** A larger passwd or group file is none. */
const mostBytes = 1 << 20;

/** From the topmost layer that has them. Links are not followed: they could lead out of the layer. */
export function readUsers(layers: readonly Layer[], layersDirectory: string): UserDatabase {
  const read = (name: string): string => {
    for (const { directory } of layers.toReversed()) {
      const folder = join(layersDirectory, directory, 'etc');
      const path = join(folder, name);
      const facts = lstatSync(path, { throwIfNoEntry: false });
      const isPlain = facts?.isFile() === true && facts.size <= mostBytes && lstatSync(folder).isDirectory();
      if (isPlain) return readFileSync(path, 'utf8');
    }
    return '';
  };
  return { passwd: read('passwd'), group: read('group') };
}
