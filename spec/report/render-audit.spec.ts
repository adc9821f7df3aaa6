import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { AuditedCheck, AuditReport } from '../../src/core/audit-report.ts';
import { displayWidth } from '../../src/report/display-width.ts';
import { renderAudit } from '../../src/report/render-audit.ts';

const check = (id: string, result: AuditedCheck['result'], ...evidence: readonly string[]): AuditedCheck => ({
  id,
  claim: `The claim of ${id} is a sentence, which may need more than one line of a narrow terminal.`,
  result,
  evidence,
});

const report: AuditReport = {
  target: {
    pid: 4711,
    command: 'nginx',
    container: { runtime: 'podman', id: 'cd8f519faca25a429dbc1a65a3ef31d8', name: 'web' },
  },
  profile: 'standard',
  checks: [
    check('ns.pid', 'pass', 'pid:[4026532179], seen from outside and inside'),
    check('pid.init-reaps', 'n/a', 'not looked at: a dead child would have to be left in it'),
    check('ns.user', 'fail', "it is user:[4026531837], the runner's own"),
    check('fs.masked-paths', 'fail', '/proc/a: 1', '/proc/b: 2', '/proc/c: 3', '/proc/d: 4', '/proc/e: 5'),
    check('priv.setuid-inert', 'inconclusive', 'not tried'),
    check('seccomp.denied', 'unsupported', 'nothing of ours can be under its filter'),
    { ...check('fs.no-host-paths', 'fail', '/ names \x1b[2J/srv'), excepted: 'the overlay of this host' },
  ],
};

describe('an audit', () => {
  test.each([80, 120])('on %i columns: what does not hold stands first', async (columns) => {
    const text = renderAudit(report, { color: false, columns });
    const wide = text.split('\n').filter((line) => displayWidth(line) > columns);
    expect(wide).toEqual([]);
    await expect(text).toMatchFileSnapshot(`audit-${columns}.golden.txt`);
  });

  test('ends with a sum, red as long as anything counts', () => {
    const sum = '7 checks: 2 failed, 1 inconclusive, 1 unsupported, 1 excepted, 1 passed, 1 not applicable';
    const text = renderAudit(report, { color: true, columns: 100 });
    expect(text).toContain(`\x1b[31m\x1b[1m${sum}`);
    expect(stripVTControlCharacters(text)).toBe(renderAudit(report, { color: false, columns: 100 }));
    const [passing] = report.checks;
    const fine = { ...report, checks: passing === undefined ? [] : [passing] };
    expect(renderAudit(fine, { color: true, columns: 100 })).toContain('\x1b[32m1 check: 1 passed');
  });

  test('says why nothing was seen from inside', () => {
    const text = renderAudit({ ...report, notProbed: 'root only' }, { color: false, columns: 80 });
    expect(text).toContain('held to standard, seen from outside only: root only\n');
  });

  test('a name out of a container cannot drive the terminal', () => {
    const hostile = { ...report, target: { pid: 1, command: '\x1b]0;x\x07sh' } };
    expect(renderAudit(hostile, { color: false, columns: 80 })).not.toMatch(/[\x07\x1b]/);
  });
});
