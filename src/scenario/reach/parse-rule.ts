import { didYouMean } from '../../core/did-you-mean.ts';

/** `web -> db:5432/tcp`: who may open what where. Of `policies` (language.md R12) and of `connectivity` (R23). */
export interface ReachRule {
  readonly from: RuleWord;
  readonly to: RuleWord;
  readonly protocol: ReachProtocol;
  /** Undefined: every port. Never there with icmp, which has none. */
  readonly port?: number;
}

export const reachProtocols = ['tcp', 'udp', 'icmp'] as const;
export type ReachProtocol = (typeof reachProtocols)[number];

/** A name, or `*`, and where in the rule's text it stands. Whether it is declared, the parser does not know. */
export interface RuleWord {
  readonly text: string;
  readonly offset: number;
}

/** What is wrong with a rule, where in its text, and what to write. */
export interface RuleProblem {
  readonly code: 'SCENARIO_WRONG_VALUE' | 'SCENARIO_UNDECLARED' | 'SCENARIO_CONFLICT';
  readonly message: string;
  readonly hint: string;
  readonly offset: number;
  readonly length: number;
}

export const everyone = '*';
const highestPort = 65_535;

/** As the schema names services, with the instance of a scaled one. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9_-]*(?:\[\d+\])?$/;
const example = 'write for example "web -> db:5432/tcp"';

export function parseRule(text: string): ReachRule | RuleProblem {
  const arrow = text.indexOf('->');
  if (arrow < 0) return problem('a rule without `->`', example, wordOf(text));
  const second = text.indexOf('->', arrow + 2);
  if (second >= 0) {
    const hint = 'write a rule for each pair';
    return problem('a rule with more than one `->`', hint, { text: '->', offset: second });
  }
  const from = wordOf(text.slice(0, arrow));
  const to = wordOf(text.slice(arrow + 2), arrow + 2);
  return wrongName(from, 'on the left of `->`', arrow) ?? parseTarget(from, to, arrow);
}

export const isProblem = (parsed: ReachRule | RuleProblem): parsed is RuleProblem => 'message' in parsed;

/** `db:5432/tcp` */
function parseTarget(from: RuleWord, target: RuleWord, arrow: number): ReachRule | RuleProblem {
  const slash = target.text.indexOf('/');
  const colon = target.text.indexOf(':');
  const end = slash < 0 ? target.text.length : slash;
  const to = partOf(target, 0, colon < 0 ? end : Math.min(colon, end));
  const named = wrongName(to, 'on the right of `->`', arrow);
  if (named !== undefined) return named;
  const protocol = parseProtocol(slash < 0 ? undefined : partOf(target, slash + 1));
  if (typeof protocol === 'object') return protocol;
  const port = colon < 0 || colon > end ? undefined : partOf(target, colon + 1, end);
  if (protocol === 'icmp') {
    if (port === undefined) return { from, to, protocol };
    return problem('icmp has no ports', `write \`${to.text}/icmp\``, port);
  }
  if (port === undefined) {
    const ways = `\`${to.text}:5432\`, \`${to.text}:*\` for every port, or \`${to.text}/icmp\``;
    return problem('a rule without a port', `write ${ways}`, to);
  }
  if (port.text === everyone) return { from, to, protocol };
  const number = parsePort(port);
  return typeof number === 'number' ? { from, to, protocol, port: number } : number;
}

function parseProtocol(word: RuleWord | undefined): ReachProtocol | RuleProblem {
  if (word === undefined) return 'tcp';
  const found = reachProtocols.find((each) => each === word.text);
  if (found !== undefined) return found;
  const near = didYouMean(word.text, reachProtocols);
  const hint =
    near === undefined ? `protocols are ${reachProtocols.join(', ')}` : `did you mean \`${near}\`?`;
  return problem(`there is no protocol \`${word.text}\``, hint, word);
}

function parsePort(word: RuleWord): number | RuleProblem {
  const number = /^\d{1,5}$/.test(word.text) ? Number(word.text) : 0;
  if (number >= 1 && number <= highestPort) return number;
  const what = word.text === '' ? 'a `:` without a port' : `there is no port \`${word.text}\``;
  return problem(what, `ports are 1 to ${highestPort}, or * for every one`, word);
}

function wrongName(word: RuleWord, where: string, arrow: number): RuleProblem | undefined {
  if (word.text === everyone || namePattern.test(word.text)) return undefined;
  if (word.text === '') return problem(`nobody is named ${where}`, example, { text: '->', offset: arrow });
  return problem(`\`${word.text}\` is no name of a service`, example, word);
}

/** Without the blanks around it. */
function wordOf(text: string, offset = 0): RuleWord {
  const trimmed = text.trim();
  return { text: trimmed, offset: offset + text.indexOf(trimmed) };
}

const partOf = ({ text, offset }: RuleWord, start: number, end?: number): RuleWord =>
  wordOf(text.slice(start, end), offset + start);

function problem(message: string, hint: string, { text, offset }: RuleWord): RuleProblem {
  return { code: 'SCENARIO_WRONG_VALUE', message, hint, offset, length: Math.max(1, text.length) };
}
