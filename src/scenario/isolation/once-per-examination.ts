import type { Subject } from './check.ts';

/** What several checks of one examination look at is looked at once, and anew in the next one; what failed, by whoever asks next. */
export function oncePerExamination<T>(
  keyOf: (subject: Subject) => string,
  look: (subject: Subject) => Promise<T>,
): (subject: Subject) => Promise<T> {
  const known = new WeakMap<Subject['examination'], Map<string, Promise<T>>>();
  return (subject) => {
    const byKey = known.get(subject.examination) ?? new Map<string, Promise<T>>();
    known.set(subject.examination, byKey);
    const key = keyOf(subject);
    const taken = byKey.get(key);
    if (taken !== undefined) return taken;
    const taking = look(subject);
    byKey.set(key, taking);
    taking.catch(() => byKey.delete(key)); // who asked is told by the promise itself
    return taking;
  };
}
