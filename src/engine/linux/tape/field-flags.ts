import { signalName } from '../../../core/signals.ts';
import { capabilitiesOfMask } from '../abi/capabilities.ts';
import { cloneFlags } from '../abi/clone-flags.ts';
import { mountAttributes, mountFlags, openTreeFlags, umountFlags } from '../abi/mount-flags.ts';
import { openFlags, resolveFlags } from '../abi/open-flags.ts';
import { rlimitNumbers } from '../abi/rlimits.ts';

type RenderNumber = (value: number | bigint) => string;

const flagsOf =
  (table: Readonly<Record<string, number>>): RenderNumber =>
  (value) =>
    renderFlags(value, table);
const octal: RenderNumber = (value) => `0${value.toString(8)}`;
const signal: RenderNumber = (value) => (value === 0 || value === 0n ? 'none' : signalName(Number(value)));
const capabilities: RenderNumber = (value) => `{${capabilitiesOfMask(BigInt(value)).join(' ')}}`;
const pumpModes = ['?', 'read', 'write', 'both', 'datagrams', 'listener'];

/** How the numbers of a field are shown, by `kind.field`; others are decimal. */
const renderers: Readonly<Record<string, RenderNumber>> = {
  'clone.flags': flagsOf(cloneFlags),
  'setns.flags': flagsOf(cloneFlags),
  'unshare.flags': flagsOf(cloneFlags),
  'open.flags': flagsOf(openFlags),
  'open.resolve': flagsOf(resolveFlags),
  'open.mode': octal,
  'mkdir.mode': octal,
  'mknod.mode': octal,
  'chmod.mode': octal,
  'chmodSlot.mode': octal,
  'umask.mask': octal,
  'mkdir.flags': flagsOf({ existingIsFine: 1 }),
  'unlink.flags': flagsOf({ AT_REMOVEDIR: 0x200 }),
  'unlink.missing': flagsOf({ isFine: 1 }),
  'mount.flags': flagsOf(mountFlags),
  'umount.flags': flagsOf(umountFlags),
  'newMount.attributes': flagsOf(mountAttributes),
  'openTree.flags': flagsOf(openTreeFlags),
  'setMountAttributes.set': flagsOf(mountAttributes),
  'setMountAttributes.clear': flagsOf(mountAttributes),
  'setMountAttributes.propagation': flagsOf(mountFlags),
  'kill.signal': signal,
  'killAll.signal': signal,
  'parentDeathSignal.signal': signal,
  'boundCaps.keep': capabilities,
  'setCaps.effective': capabilities,
  'setCaps.permitted': capabilities,
  'setCaps.inheritable': capabilities,
  'rlimit.resource': (value) => rlimitName(Number(value)),
  'rlimit.soft': rlimitValue,
  'rlimit.hard': rlimitValue,
  'pump.mode': (value) => pumpModes[Number(value)] ?? String(value),
  'offerPump.mode': (value) => pumpModes[Number(value)] ?? String(value),
};

/** A number of an operation as its header file would write it: `CLONE_NEWUSER|CLONE_NEWNS`, `0755`, `SIGKILL`. */
export function renderNumber(kind: string, field: string, value: number | bigint): string {
  return renderers[`${kind}.${field}`]?.(value) ?? String(value);
}

function renderFlags(value: number | bigint, table: Readonly<Record<string, number>>): string {
  let rest = BigInt(value);
  const names: string[] = [];
  for (const [name, bit] of Object.entries(table)) {
    const mask = BigInt(bit);
    if ((rest & mask) !== mask) continue;
    names.push(name);
    rest &= ~mask;
  }
  if (rest !== 0n) names.push(`0x${rest.toString(16)}`);
  return names.length === 0 ? '0' : names.join('|');
}

function rlimitName(number: number): string {
  return Object.entries(rlimitNumbers).find(([, value]) => value === number)?.[0] ?? String(number);
}

function rlimitValue(value: number | bigint): string {
  return BigInt(value) === 0xffff_ffff_ffff_ffffn ? 'unlimited' : String(value);
}
