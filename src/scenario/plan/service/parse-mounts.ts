import type { MountSpec } from '../../../core/container.ts';
import { parseSizeBytes } from '../../../core/units.ts';
import type { DocumentNode } from '../document-node.ts';
import { optionalKey } from '../optional-key.ts';
import type { PlanOptions } from '../plan-options.ts';
import { readBindSource } from './check-bind.ts';
import { readMountTarget } from './mount-target.ts';

export interface MountContext {
  readonly options: PlanOptions;
  /** The container the mounts are for; anonymous volumes carry its name. */
  readonly container: string;
  readonly volumes: ReadonlySet<string>;
}

/** A mount as written, in either form. */
interface MountText {
  readonly type: 'volume' | 'bind' | 'tmpfs';
  readonly source: string | undefined;
  readonly target: string;
  readonly readOnly: boolean | undefined;
  readonly copy: boolean;
  readonly tmpfs: { readonly sizeBytes?: number; readonly mode?: number };
}

/** `volumes:` and `tmpfs:` of a service. */
export function parseMounts(service: DocumentNode, context: MountContext): readonly MountSpec[] {
  const mounts = new Map<string, MountSpec>();
  const keep = (node: DocumentNode, mount: MountSpec | undefined): void => {
    if (mount === undefined) return;
    if (mounts.has(mount.target)) node.fail('SCENARIO_CONFLICT', `two mounts on \`${mount.target}\``);
    mounts.set(mount.target, mount);
  };
  for (const [index, item] of service.child('volumes').items().entries()) {
    const text = item.isMap ? longForm(item) : shortForm(item);
    if (text !== undefined) keep(item, planMount(item, text, index, context));
  }
  for (const item of service.child('tmpfs').itemsOrSelf()) keep(item, parseTmpfs(item));
  return [...mounts.values()];
}

/** `[SOURCE:]TARGET[:MODE]`; a source that looks like a path is a bind. */
function shortForm(item: DocumentNode): MountText | undefined {
  const text = item.text();
  if (text === undefined) return undefined;
  const parts = text.split(':');
  const [first = '', second, third] = parts;
  if (parts.length > 3 || parts.some((part) => part === '')) {
    item.fail(
      'SCENARIO_WRONG_VALUE',
      `\`${text}\` is no mount`,
      'write name:/target or ./path:/target, with :ro or :rw',
    );
    return undefined;
  }
  if (second === undefined) return { ...plainMount, target: first };
  const mode = (third ?? '').split(',').filter((word) => word !== '');
  const unknown = mode.find((word) => !mountWords.has(word));
  if (unknown !== undefined) {
    item.fail('SCENARIO_WRONG_VALUE', `\`${unknown}\` is no mode of a mount`, 'known are ro, rw and nocopy');
  }
  const readOnly = mode.includes('rw') ? false : mode.includes('ro') ? true : undefined;
  const type = /^[./~]/.test(first) ? 'bind' : 'volume';
  return { ...plainMount, type, source: first, target: second, readOnly, copy: !mode.includes('nocopy') };
}

const plainMount = { type: 'volume', source: undefined, readOnly: undefined, copy: true, tmpfs: {} } as const;

/** `z` and `Z` relabel for SELinux, the last three tune Docker Desktop: without meaning here, and harmless. */
const mountWords: ReadonlySet<string> = new Set([
  'ro',
  'rw',
  'nocopy',
  'z',
  'Z',
  'cached',
  'delegated',
  'consistent',
]);

function longForm(item: DocumentNode): MountText | undefined {
  const type = item.child('type').oneOf(['volume', 'bind', 'tmpfs']);
  const target = item.child('target').text();
  if (type === undefined || target === undefined) return undefined;
  const sizeBytes = item.child('tmpfs').child('size').sizeBytes();
  const mode = readMode(item.child('tmpfs').child('mode'));
  return {
    type,
    source: item.child('source').text(),
    target,
    readOnly: item.child('read_only').boolean(),
    copy: item.child('volume').child('nocopy').boolean() !== true,
    tmpfs: { ...optionalKey('sizeBytes', sizeBytes), ...optionalKey('mode', mode) },
  };
}

function planMount(
  item: DocumentNode,
  text: MountText,
  index: number,
  context: MountContext,
): MountSpec | undefined {
  const target = readMountTarget(item, text.target);
  if (target === undefined) return undefined;
  const readOnly = text.readOnly ?? text.type === 'bind';
  if (text.type === 'tmpfs') return { kind: 'tmpfs', target, ...text.tmpfs, readOnly };
  if (text.type === 'bind') {
    if (text.source === undefined) {
      item.fail('SCENARIO_MISSING_KEY', 'a bind without `source`');
      return undefined;
    }
    const hostPath = readBindSource(item, text.source, context.options);
    return hostPath === undefined ? undefined : { kind: 'bind', hostPath, target, readOnly };
  }
  if (text.source !== undefined && !context.volumes.has(text.source)) {
    const hint = `declare it under \`volumes:\`, or write ./${text.source} for a folder beside the scenario`;
    item.fail('SCENARIO_UNDECLARED', `volume \`${text.source}\` is not declared`, hint);
    return undefined;
  }
  // A leading `_` is what anonymous volumes have (merge-image.ts).
  const volume = text.source ?? `_${context.container}_own${index}`;
  return { kind: 'volume', volume, target, readOnly, copyImageContent: text.copy };
}

/** `/run` or `/run:size=16m,mode=755,ro` (mount(8), "Mount options for tmpfs"). */
function parseTmpfs(item: DocumentNode): MountSpec | undefined {
  const [path, options = ''] = (item.text() ?? '').split(':');
  const target = readMountTarget(item, item.present ? path : undefined);
  if (target === undefined) return undefined;
  let mount: MountSpec & { readonly kind: 'tmpfs' } = { kind: 'tmpfs', target, readOnly: false };
  for (const option of options.split(',').filter((word) => word !== '')) {
    const [name, value = ''] = option.split('=');
    const sizeBytes = name === 'size' ? parseSizeBytes(value) : undefined;
    if (sizeBytes !== undefined) mount = { ...mount, sizeBytes };
    else if (name === 'mode' && /^[0-7]{3,4}$/.test(value))
      mount = { ...mount, mode: Number.parseInt(value, 8) };
    else if (name === 'ro') mount = { ...mount, readOnly: true };
    else if (!['rw', 'noexec', 'nosuid', 'nodev'].includes(option)) {
      item.fail(
        'SCENARIO_WRONG_VALUE',
        `\`${option}\` is no option of a tmpfs`,
        'known are size=64m, mode=1777 and ro',
      );
    }
  }
  return mount;
}

/** Permission bits in octal, as a text. */
export function readMode(node: DocumentNode): number | undefined {
  const text = node.text();
  if (text === undefined) return undefined;
  if (/^[0-7]{3,4}$/.test(text)) return Number.parseInt(text, 8);
  node.fail(
    'SCENARIO_WRONG_VALUE',
    `\`${text}\` is no mode`,
    'write permission bits in quotes, such as "0644"',
  );
  return undefined;
}
