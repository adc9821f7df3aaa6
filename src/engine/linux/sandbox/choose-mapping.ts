import type { LinuxEngineOptions } from '../engine-options.ts';
import type { Host } from '../host.ts';
import { findSubidRange, type IdMapping, rangeMapping, singleIdMapping, subidMapping } from './id-mapping.ts';
import { lockIdRange } from './id-range-lock.ts';

export interface ChosenMapping {
  readonly mapping: IdMapping;
  /** Of a locked range. */
  readonly lockFile?: string;
  release(): Promise<void>;
}

const nothingToRelease = async (): Promise<void> => {};

/** Root gets a locked range of its own; a user the subordinate ids he has; else only himself. */
export async function chooseMapping(host: Host, options: LinuxEngineOptions): Promise<ChosenMapping> {
  const { uid, gid, login } = options.user;
  if (uid === 0) {
    const start = Buffer.from(options.randomBytes(2)).readUInt16LE(0);
    const range = await lockIdRange(host, `${options.stateDirectory}/id-ranges`, start);
    return { mapping: rangeMapping(range.base), lockFile: range.lockFile, release: () => range.release() };
  }
  return { mapping: await userMapping(host, uid, gid, login), release: nothingToRelease };
}

/** Also decides how layers are unpacked, which is before any sandbox opens. */
export async function userMapping(host: Host, uid: number, gid: number, login: string): Promise<IdMapping> {
  const [subuid, subgid, newuidmap, newgidmap] = await Promise.all([
    host.readText('/etc/subuid'),
    host.readText('/etc/subgid'),
    host.findProgram('newuidmap'),
    host.findProgram('newgidmap'),
  ]);
  const uidBase = findSubidRange(subuid ?? '', login, uid);
  const gidBase = findSubidRange(subgid ?? '', login, uid);
  const possible =
    uidBase !== undefined && gidBase !== undefined && newuidmap !== undefined && newgidmap !== undefined;
  return possible ? subidMapping(uid, gid, uidBase, gidBase) : singleIdMapping(uid, gid);
}
