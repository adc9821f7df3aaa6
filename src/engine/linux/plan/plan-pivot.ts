import type { Slot, Tape } from '../tape/op.ts';

/** The container's root becomes the only one: after this nothing of the sandbox can be named any more. */
export function planPivot(root: Slot, hostname: string, domainname: string): Tape {
  return [
    { kind: 'pivotRoot', slot: root },
    { kind: 'chdir', path: '/' },
    { kind: 'setHostname', name: hostname },
    ...(domainname === '' ? [] : [{ kind: 'setDomainname', name: domainname } as const]),
  ];
}
