import type { LinuxEngineOptions } from '../engine-options.ts';
import type { Host } from '../host.ts';
import { findSubidRange, type IdMapping, singleIdMapping, subidMapping } from './id-mapping.ts';
import type { IdRangePool } from './id-range-lock.ts';

/** Root gets a range of its own; a user the subordinate ids he has; else only himself. */
export async function chooseMapping(
  host: Host,
  options: LinuxEngineOptions,
): Promise<IdMapping | IdRangePool> {
  const { uid, gid, login } = options.user;
  if (uid !== 0) return userMapping(host, uid, gid, login);
  await host.makeDirectory(options.stateDirectory, 0o700);
  const start = Buffer.from(options.randomBytes(2)).readUInt16LE(0);
  return { kind: 'pool', lockFile: `${options.stateDirectory}/id-ranges.lock`, start };
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
