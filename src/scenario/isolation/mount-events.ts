import { callOne, outcomeOf } from './calls.ts';
import type { Subject, Verdict } from './check.ts';
import { parentOf } from './status-fields.ts';
import { fail, inconclusive, pass } from './verdict.ts';

/** sys/mount.h: MS_NOSUID | MS_NODEV | MS_NOEXEC */
const inert = 2 | 4 | 8;
const place = '/dev/shm';
/** What /proc/PID/mountinfo calls the source. */
const mark = 'mayfly-mount-event';

/** A file system is really mounted in a twin: there it is to be seen, and nowhere else. */
export async function mountInTwin(subject: Subject, table: Verdict): Promise<Verdict> {
  if (table.result !== 'pass') return table;
  const { witness, siblings, name, signal } = subject;
  const twin = await subject.sharedTwin();
  await using probe = await twin.container.probe('mounts', signal);
  const mounted = await callOne(probe, 'mount', mark, place, 'tmpfs', inert, 'size=4k');
  if (mounted.error !== undefined)
    return inconclusive(`nothing can be mounted in a twin: ${outcomeOf(mounted)}`);
  try {
    const tables: readonly (readonly [string, string | undefined])[] = [
      [name, witness.read('mountinfo')],
      ...siblings.map((sibling) => [sibling.name, sibling.witness.read('mountinfo')] as const),
      ['the process that started it', witness.readOf(parentOf(witness), 'mountinfo')],
      ['the runner', witness.readSelf('mountinfo')],
    ];
    if (!(twin.witness.read('mountinfo') ?? '').includes(mark))
      return inconclusive('a twin has mounted something that is not in its own table');
    const unknown = tables.filter(([, text]) => text === undefined).map(([who]) => who);
    if (unknown.length > 0) return inconclusive(`the mounts of ${unknown.join(', ')} cannot be read`);
    const crossed = tables.filter(([, text]) => text?.includes(mark)).map(([who]) => who);
    if (crossed.length > 0) return fail(...crossed.map((who) => `${who} has what a twin has mounted`));
    return pass(
      ...table.evidence,
      `a twin has mounted a file system, which is not in the tables of ${tables.map(([who]) => who).join(', ')}`,
    );
  } finally {
    await callOne(probe, 'umount2', place, 0);
  }
}
