import { cloneFlags } from '../abi/clone-flags.ts';
import { LauncherClient } from '../client/launcher-client.ts';
import type { Host } from '../host.ts';
import { noSlot, type Op, type Tape } from '../tape/op.ts';
import type { TapePerformer } from '../tape/tape-performer.ts';
import { type IdMapping, renderIdMap } from './id-mapping.ts';
import { mapSubordinateIds } from './map-subordinate-ids.ts';
import { initDescriptors, supervisorSlots as slots } from './sandbox-slots.ts';

/** A server of the launcher that writes files with the ids of images. */
export interface LayerServer extends TapePerformer {
  close(): Promise<void>;
}

/**
 * Root writes real ids, so its server is the launcher itself. A user's server is root of a user namespace with the user's
 * subordinate ids, or with himself only.
 */
export async function openLayerServer(
  host: Host,
  launcherPath: string,
  mapping: IdMapping | 'real-ids',
): Promise<LayerServer> {
  const launcher = host.spawnLauncher(launcherPath);
  const supervisor = new LauncherClient(launcher.channel);
  const inner = new LauncherClient(launcher.initChannel);
  const close = async (): Promise<void> => {
    supervisor.close();
    await launcher.ended;
  };
  if (mapping === 'real-ids') return { perform: (tape) => supervisor.perform(tape), close };
  try {
    await startInner(host, supervisor, mapping);
    return { perform: (tape) => inner.perform(tape), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startInner(host: Host, supervisor: LauncherClient, mapping: IdMapping): Promise<void> {
  const inner = supervisor.expectProcess(() => planInner(mapping));
  const [pidReply] = await supervisor.perform([
    { kind: 'selfImage', into: slots.self },
    { kind: 'adopt', fd: 4, into: slots.initChannel },
    { kind: 'clone', flags: cloneFlags.CLONE_NEWUSER, process: inner.id, pidfd: noSlot, tape: inner.tape },
    { kind: 'processId', process: inner.id },
  ]);
  if (mapping.kind === 'subids')
    await mapSubordinateIds(host, Buffer.from(pidReply ?? []).readUInt32LE(0), mapping);
  await supervisor.perform([
    ...(mapping.kind === 'subids' ? [] : planOwnMaps(inner.id, mapping)),
    { kind: 'release', process: inner.id },
    { kind: 'close', slot: slots.initChannel },
    { kind: 'close', slot: slots.self },
  ]);
  await inner.started;
}

function planInner(mapping: IdMapping): Tape {
  return [
    { kind: 'await' },
    ...(mapping.kind === 'single-id' ? [] : [{ kind: 'setGroups', gids: new Uint8Array() } as const]),
    { kind: 'setIds', uid: 0, gid: 0 },
    { kind: 'parentDeathSignal', signal: 9 },
    { kind: 'umask', mask: 0 },
    { kind: 'dupTo', slot: slots.initChannel, fd: initDescriptors.channel },
    { kind: 'execSlot', slot: slots.self, argv: ['mayfly-layers'], env: [] },
  ];
}

function planOwnMaps(process: number, mapping: IdMapping): readonly Op[] {
  const write = (name: string, text: string): Op => ({
    kind: 'writeProcessFile',
    process,
    name,
    data: Buffer.from(text),
  });
  return [
    ...(mapping.kind === 'single-id' ? [write('setgroups', 'deny')] : []),
    write('uid_map', renderIdMap(mapping.uids)),
    write('gid_map', renderIdMap(mapping.gids)),
  ];
}
