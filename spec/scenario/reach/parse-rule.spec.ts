import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isProblem, parseRule, reachProtocols } from '../../../src/scenario/reach/parse-rule.ts';

describe('rules of who may open what (R12)', () => {
  test.each([
    { text: 'web -> db:5432/tcp', means: { from: 'web', to: 'db', protocol: 'tcp', port: 5432 } },
    { text: 'web->db:53/udp', means: { from: 'web', to: 'db', protocol: 'udp', port: 53 } },
    { text: '  * ->  a-b_c : 1 ', means: { from: '*', to: 'a-b_c', protocol: 'tcp', port: 1 } },
    { text: 'web -> *:*', means: { from: 'web', to: '*', protocol: 'tcp', port: undefined } },
    { text: 'web -> db:*/udp', means: { from: 'web', to: 'db', protocol: 'udp', port: undefined } },
    { text: 'web[2] -> db/icmp', means: { from: 'web[2]', to: 'db', protocol: 'icmp', port: undefined } },
  ])('R12 $text', ({ text, means }) => {
    const rule = parseRule(text);
    if (isProblem(rule)) throw new Error(rule.message);
    const { from, to, protocol, port } = rule;
    expect({ from: from.text, to: to.text, protocol, port }).toEqual(means);
    expect(text.slice(to.offset)).toMatch(to.text === '*' ? /^\*/ : new RegExp(`^${to.text}`));
  });

  test.each([
    { text: 'web db:5432', marked: 'web db:5432', message: 'a rule without `->`' },
    { text: 'a -> b:1 -> c:2', marked: '-> c', message: 'a rule with more than one `->`' },
    { text: ' -> db:1', marked: '->', message: 'nobody is named on the left of `->`' },
    { text: 'web -> :1', marked: '->', message: 'nobody is named on the right of `->`' },
    { text: 'we b -> db:1', marked: 'we b', message: '`we b` is no name of a service' },
    { text: 'web -> db', marked: 'db', message: 'a rule without a port' },
    { text: 'web -> db/udp', marked: 'db', message: 'a rule without a port' },
    { text: 'web -> db:0', marked: '0', message: 'there is no port `0`' },
    { text: 'web -> db:65536', marked: '65536', message: 'there is no port `65536`' },
    { text: 'web -> db:http', marked: 'http', message: 'there is no port `http`' },
    { text: 'web -> db:', marked: '', message: 'a `:` without a port' },
    { text: 'web -> db:1/tpc', marked: 'tpc', message: 'there is no protocol `tpc`' },
    { text: 'web -> db:1/icmp', marked: '1', message: 'icmp has no ports' },
  ])('R12 $text: $message', ({ text, marked, message }) => {
    const rule = parseRule(text);
    if (!isProblem(rule)) throw new Error('it was understood');
    expect(rule.message).toBe(message);
    expect(rule.hint).not.toBe('');
    expect(text.slice(rule.offset)).toMatch(new RegExp(`^${marked.replaceAll(/[[\]*]/g, '\\$&')}`));
  });

  test('R12 what is written as a rule is read as that rule', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,20}$/);
    fc.assert(
      fc.property(
        name,
        name,
        fc.integer({ min: 1, max: 65_535 }),
        fc.constantFrom(...reachProtocols),
        (from, to, port, protocol) => {
          const rule = parseRule(`${from} -> ${to}${protocol === 'icmp' ? '' : `:${port}`}/${protocol}`);
          expect(rule).toMatchObject({ from: { text: from }, to: { text: to }, protocol });
          expect('port' in rule ? rule.port : 'none').toBe(protocol === 'icmp' ? 'none' : port);
        },
      ),
    );
  });

  test('R12 any text is a rule or says what is wrong in it, at a place in it', () => {
    const pieces = fc.array(fc.constantFrom('->', ':', '/', '*', 'db', ' ', '1', 'tcp', '[', ']'), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(pieces, (parts) => {
        const text = parts.join('');
        const rule = parseRule(text);
        if (!isProblem(rule)) return;
        expect(rule.offset).toBeGreaterThanOrEqual(0);
        expect(rule.offset).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});
