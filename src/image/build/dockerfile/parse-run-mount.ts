import { posix } from 'node:path';
import { parseSizeBytes } from '../../../core/units.ts';
import type { RunMount } from './run-mount.ts';

/** `RUN --mount=type=…,…` (BuildKit, frontend/dockerfile/docs/reference.md, "RUN --mount"). */
export function parseRunMount(text: string): RunMount {
  const fields = new MountFields(text);
  const mount = parseKind(fields);
  fields.refuseOthers();
  return mount;
}

function parseKind(fields: MountFields): RunMount {
  const type = fields.text('type') ?? 'bind';
  const target = fields.text('target', 'dst', 'destination');
  switch (type) {
    case 'bind':
      return {
        kind: 'bind',
        target: required(target, type),
        from: fields.text('from'),
        source: fields.text('source', 'src') ?? '/',
        readOnly: !(fields.switch('rw', 'readwrite') ?? !(fields.switch('ro', 'readonly') ?? true)),
      };
    case 'cache': {
      if (fields.text('from') !== undefined || fields.text('source', 'src') !== undefined)
        throw new Error('a mount of the type cache begins empty: `from` and `source` are not possible');
      const sharing = fields.text('sharing') ?? 'shared';
      if (sharing !== 'shared' && sharing !== 'private' && sharing !== 'locked')
        throw new Error(`sharing is shared, private or locked, not \`${sharing}\``);
      return {
        kind: 'cache',
        target: required(target, type),
        id: fields.text('id') ?? posix.normalize(required(target, type)),
        sharing,
        readOnly: fields.switch('ro', 'readonly') ?? !(fields.switch('rw', 'readwrite') ?? true),
        mode: fields.mode(0o755),
        uid: fields.whole('uid'),
        gid: fields.whole('gid'),
      };
    }
    case 'tmpfs': {
      const size = fields.text('size');
      const sizeBytes = size === undefined ? undefined : parseSizeBytes(size);
      if (size !== undefined && sizeBytes === undefined)
        throw new Error(`\`${size}\` is no size such as 64m`);
      return { kind: 'tmpfs', target: required(target, type), sizeBytes };
    }
    case 'secret': {
      const variable = fields.text('env');
      const id = fields.text('id') ?? (target === undefined ? undefined : posix.basename(target));
      if (id === undefined) throw new Error('a mount of the type secret needs an id');
      return {
        kind: 'secret',
        id,
        target: target ?? (variable === undefined ? `/run/secrets/${id}` : undefined),
        variable,
        required: fields.switch('required') ?? false,
        mode: fields.mode(0o400),
        uid: fields.whole('uid'),
        gid: fields.whole('gid'),
      };
    }
    default:
      throw new Error(
        `a mount of the type \`${type}\` is not possible: there are bind, cache, tmpfs and secret`,
      );
  }
}

function required(target: string | undefined, type: string): string {
  if (target === undefined) throw new Error(`a mount of the type ${type} needs a target`);
  return target;
}

class MountFields {
  readonly #fields: ReadonlyMap<string, string | undefined>;
  readonly #asked = new Set<string>();

  constructor(text: string) {
    this.#fields = new Map(
      text.split(',').map((field) => {
        const at = field.indexOf('=');
        return at === -1
          ? [field.trim().toLowerCase(), undefined]
          : [field.slice(0, at).trim().toLowerCase(), field.slice(at + 1)];
      }),
    );
  }

  text(...names: readonly string[]): string | undefined {
    for (const name of names) {
      this.#asked.add(name);
      if (!this.#fields.has(name)) continue;
      const value = this.#fields.get(name);
      if (value === undefined || value === '') throw new Error(`the mount's \`${name}\` needs a value`);
      return value;
    }
    return undefined;
  }

  switch(...names: readonly string[]): boolean | undefined {
    for (const name of names) {
      this.#asked.add(name);
      if (!this.#fields.has(name)) continue;
      const value = this.#fields.get(name) ?? 'true';
      if (value !== 'true' && value !== 'false' && value !== '1' && value !== '0')
        throw new Error(`the mount's \`${name}\` is true or false`);
      return value === 'true' || value === '1';
    }
    return undefined;
  }

  mode(otherwise: number): number {
    const text = this.text('mode');
    if (text === undefined) return otherwise;
    if (!/^[0-7]{1,5}$/.test(text)) throw new Error(`the mount's mode \`${text}\` is not octal`);
    return Number.parseInt(text, 8);
  }

  whole(name: string): number {
    const text = this.text(name);
    if (text === undefined) return 0;
    if (!/^\d{1,9}$/.test(text)) throw new Error(`the mount's \`${name}\` is no number`);
    return Number(text);
  }

  refuseOthers(): void {
    const unknown = [...this.#fields.keys()].find((name) => !this.#asked.has(name));
    if (unknown !== undefined) throw new Error(`a mount has no \`${unknown}\``);
  }
}
