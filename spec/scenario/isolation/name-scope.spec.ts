import { expect, test } from 'vitest';
import { resolveNames } from '../../../src/scenario/isolation/name-scope.ts';
import { type Answer, fakeSpec, fakeSubject, scriptedProbe } from './fake-subject.ts';

/** A name server that sends every question back with this code (RFC 1035, 4.1.1). */
function serverOf(code: number): Answer {
  const questions: Uint8Array[] = [];
  let isRead = false;
  return ({ name, args }) => {
    if (name === 'read') {
      const text = isRead ? '' : 'nameserver 10.91.7.1\n';
      isRead = true;
      return { value: text.length, out: [Buffer.from(text)] };
    }
    if (name === 'sendto' && args[1] instanceof Uint8Array) questions.push(args[1]);
    if (name !== 'recvfrom') return undefined;
    const answer = Buffer.from(questions.shift() ?? []);
    answer.writeUInt16BE(0x8000 | code, 2);
    return { value: answer.length, out: [answer] };
  };
}

test.each([
  { says: 'NXDOMAIN', code: 3, result: 'pass' },
  { says: 'SERVFAIL', code: 2, result: 'inconclusive' },
  { says: 'REFUSED', code: 5, result: 'inconclusive' },
])('of names that nobody has, $says: $result', async ({ code, result }) => {
  const verdict = await resolveNames(
    fakeSubject({
      spec: fakeSpec({ network: { kind: 'attached', attachments: [] } }),
      root: scriptedProbe(serverOf(code)),
    }),
  );
  expect(verdict.result, verdict.evidence.join('\n')).toBe(result);
});
