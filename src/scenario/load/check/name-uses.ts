import { controlActions } from '../../../core/control-actions.ts';
import { isJsonObject, type Json } from '../../../core/json.ts';
import { servicesOfFault } from '../../fault/services-of-fault.ts';
import { entriesOf, isStatic, itemsOf, memberOf, textOf } from '../json-access.ts';
import { below } from '../json-pointer.ts';
import type { StepAt } from '../steps-of.ts';

export type DeclaredKind = 'service' | 'image' | 'network' | 'volume' | 'secret' | 'config';

/** A name that must be declared, at the place where it is used. `registry`: an image that no declaration is needed for (R9). */
export interface NameUse {
  readonly kind: DeclaredKind | 'registry';
  readonly name: string;
  readonly pointer: string;
  /** It stands there as a key. */
  readonly isKey: boolean;
  /** It need not be declared: a dependency with `required: false`. */
  readonly isOptional?: true;
}

type Use = (
  kind: NameUse['kind'],
  name: Json | undefined,
  pointer: string,
  isKey?: boolean,
  isOptional?: boolean,
) => void;

/** Every use of a declared name outside of expressions. */
export function nameUsesIn(document: Json, steps: readonly StepAt[]): readonly NameUse[] {
  const uses: NameUse[] = [];
  const use: Use = (kind, name, pointer, isKey = false, isOptional = false) => {
    if (typeof name !== 'string' || name === '' || !isStatic(name)) return;
    uses.push({ kind, name, pointer, isKey, ...(isOptional ? { isOptional } : {}) });
  };
  const declaredImages = new Set(entriesOf(memberOf(document, 'images')).map(([name]) => name));
  const useImage: Use = (_kind, name, pointer) => {
    const isReference = typeof name === 'string' && !declaredImages.has(name) && /[/:@]/.test(name);
    use(isReference ? 'registry' : 'image', name, pointer);
  };
  for (const [name, image] of entriesOf(memberOf(document, 'images'))) {
    if (typeof image === 'string') use('registry', image, below('/images', name));
    usesOfBuild(memberOf(image, 'build'), below('/images', name, 'build'), use);
  }
  for (const [name, service] of entriesOf(memberOf(document, 'services')))
    usesOfService(service, below('/services', name), use, useImage);
  for (const at of steps) usesOfStep(at, use, useImage);
  for (const [index, policy] of itemsOf(memberOf(document, 'policies')).entries())
    use('network', memberOf(policy, 'network'), below('/policies', index, 'network'));
  for (const [index, invariant] of itemsOf(memberOf(document, 'invariants')).entries())
    use('service', memberOf(invariant, 'service'), below('/invariants', index, 'service'));
  return uses;
}

function usesOfService(service: Json, pointer: string, use: Use, useImage: Use): void {
  const build = memberOf(service, 'build');
  usesOfBuild(build, below(pointer, 'build'), use);
  // Beside `build`, `image` is the name that what is built gets.
  if (build === undefined) useImage('image', memberOf(service, 'image'), below(pointer, 'image'));
  useListOrKeys('service', memberOf(service, 'depends_on'), below(pointer, 'depends_on'), use);
  useListOrKeys('network', memberOf(service, 'networks'), below(pointer, 'networks'), use);
  const mode = /^service:(.+)$/.exec(textOf(memberOf(service, 'network_mode')) ?? '');
  use('service', mode?.[1], below(pointer, 'network_mode'));
  for (const [index, mount] of itemsOf(memberOf(service, 'volumes')).entries()) {
    use('volume', volumeOf(mount), below(pointer, 'volumes', index));
  }
  for (const kind of ['config', 'secret'] as const) {
    for (const [index, grant] of itemsOf(memberOf(service, `${kind}s`)).entries()) {
      use(
        kind,
        typeof grant === 'string' ? grant : memberOf(grant, 'source'),
        below(pointer, `${kind}s`, index),
      );
    }
  }
}

/** `additional_contexts: { base: image:NAME }` */
function usesOfBuild(build: Json | undefined, pointer: string, use: Use): void {
  const contexts = memberOf(build ?? null, 'additional_contexts');
  const place = below(pointer, 'additional_contexts');
  for (const [name, source] of entriesOf(contexts)) use('image', imageOf(source), below(place, name));
  for (const [index, item] of itemsOf(contexts).entries())
    use('image', imageOf(textOf(item)?.replace(/^[^=]*=/, '')), below(place, index));
}

function imageOf(source: Json | undefined): string | undefined {
  return /^image:(.+)$/.exec(textOf(source) ?? '')?.[1];
}

function useListOrKeys(kind: DeclaredKind, value: Json | undefined, pointer: string, use: Use): void {
  for (const [index, name] of itemsOf(value).entries()) use(kind, name, below(pointer, index));
  for (const [name, settings] of entriesOf(value)) {
    use(kind, name, below(pointer, name), true, memberOf(settings, 'required') === false);
  }
}

/** The named volume of a mount, if it has one: a source with a slash, a dot or a tilde in front is a path. */
function volumeOf(mount: Json): string | undefined {
  if (isJsonObject(mount)) return mount.type === 'volume' ? textOf(mount.source) : undefined;
  const source = /^([^:]+):/.exec(textOf(mount) ?? '')?.[1];
  return source === undefined || /^[./~]/.test(source) ? undefined : source;
}

function usesOfStep({ step, pointer, kind }: StepAt, use: Use, useImage: Use): void {
  const useService: Use = (_kind, name, at) =>
    use('service', typeof name === 'string' ? name.replace(/\[\d+\]$/, '') : name, at);
  useService('service', step.in, below(pointer, 'in'));
  if (typeof step.image === 'string') useImage('image', step.image, below(pointer, 'image'));
  if (kind === 'image') useImage('image', memberOf(step.image, 'name'), below(pointer, 'image', 'name'));
  useListOrKeys('network', step.networks, below(pointer, 'networks'), use);
  useService('service', memberOf(step.logs, 'service'), below(pointer, 'logs', 'service'));
  for (const action of controlActions)
    useService('service', memberOf(step.control, action), below(pointer, 'control', action));
  use('network', memberOf(step.control, 'network'), below(pointer, 'control', 'network'));
  for (const [index, exception] of itemsOf(memberOf(step.isolation, 'except')).entries())
    useService(
      'service',
      memberOf(exception, 'service'),
      below(pointer, 'isolation', 'except', index, 'service'),
    );
  for (const one of servicesOfFault(step.fault, below(pointer, 'fault')))
    useService('service', one.name, one.pointer);
  for (const end of ['from', 'to']) {
    const service = serviceOfPath(textOf(memberOf(step.copy, end)) ?? '');
    useService('service', service, below(pointer, 'copy', end));
  }
}

/** `db:/tmp/x` → `db`; a path that begins with a dot or a slash is the scenario folder's. */
export function serviceOfPath(path: string): string | undefined {
  return /^([A-Za-z0-9][A-Za-z0-9_-]*(?:\[\d+\])?):/.exec(path)?.[1];
}
