import { parseArgs } from 'node:util';
import { didYouMean } from '../../core/did-you-mean.ts';
import { MayflyError, MayflyErrors } from '../../core/mayfly-error.ts';
import { parseDurationMs } from '../../core/units.ts';
import type { AnyCommand, Given } from '../command.ts';
import type { Flag, Flags } from './flag.ts';

interface OptionToken {
  readonly rawName: string;
  readonly name: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

/**
 * What a command is given.
 *
 * @throws MayflyErrors with everything that is wrong with it.
 */
export function parseArguments(
  name: string,
  { flags, positional }: AnyCommand,
  given: readonly string[],
): Given<Flags> {
  const { tokens } = parseArgs({ args: [...given], options: optionsOf(flags), strict: false, tokens: true });
  const problems: MayflyError[] = [];
  const fail = (message: string, hint = `see \`mayfly ${name} --help\``): void => {
    problems.push(new MayflyError('CLI_USAGE', message, { hint }));
  };
  const values = new Map<string, unknown>(
    Object.entries(flags).map(([flag, { kind }]) => [flag, emptyOf(kind)]),
  );
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind === 'option') takeOption(token, flags, values, fail);
  }
  const most = positional?.most ?? 0;
  for (const extra of positionals.slice(most)) fail(`\`${extra}\` is one argument too many`);
  if (problems.length > 0) throw new MayflyErrors(problems);
  return { flags: Object.fromEntries(values) as Given<Flags>['flags'], positionals };
}

function optionsOf(flags: Flags): NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']> {
  return Object.fromEntries(
    Object.entries(flags).map(([name, { kind, short }]) => [
      name,
      {
        type: kind === 'switch' ? 'boolean' : 'string',
        multiple: true,
        ...(short === undefined ? {} : { short }),
      },
    ]),
  );
}

function emptyOf(kind: Flag['kind']): unknown {
  return kind === 'switch' ? false : kind === 'texts' ? [] : undefined;
}

function takeOption(
  token: OptionToken,
  flags: Flags,
  values: Map<string, unknown>,
  fail: (message: string, hint?: string) => void,
): void {
  const { name, rawName } = token;
  const flag = Object.hasOwn(flags, name) ? flags[name] : undefined;
  if (flag === undefined) {
    const meant = didYouMean(name, Object.keys(flags));
    fail(`there is no flag \`${rawName}\``, meant === undefined ? undefined : `did you mean \`--${meant}\`?`);
    return;
  }
  if (flag.kind === 'switch') {
    if (token.value !== undefined) fail(`\`${rawName}\` takes no value`, `write \`${rawName}\` alone`);
    values.set(name, true);
    return;
  }
  const { value } = token;
  const looksLikeFlag = token.inlineValue === false && value?.startsWith('-') === true && value !== '-';
  if (value === undefined || value === '' || looksLikeFlag) {
    fail(`\`${rawName}\` needs a value`, `write \`${rawName} ${flag.value}\``);
    return;
  }
  const before = values.get(name);
  if (before !== undefined && flag.kind !== 'texts')
    fail(`\`${rawName}\` stands twice`, 'keep one of the two');
  const read = readValue(flag, value, Array.isArray(before) ? before : []);
  if (read.problem === undefined) values.set(name, read.value);
  else fail(`\`${rawName} ${value}\`: ${read.problem}`);
}

interface Read {
  readonly value?: unknown;
  readonly problem?: string;
}

function readValue(flag: Exclude<Flag, { kind: 'switch' }>, text: string, before: readonly unknown[]): Read {
  switch (flag.kind) {
    case 'text':
      return { value: text };
    case 'texts':
      return { value: [...before, text] };
    case 'duration': {
      const ms = parseDurationMs(text);
      return ms === undefined || ms === 0
        ? { problem: 'a duration is written like 500ms, 90s or 2m' }
        : { value: ms };
    }
    case 'whole': {
      const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
      const least = flag.least ?? 0;
      return Number.isSafeInteger(number) && number >= least
        ? { value: number }
        : { problem: `it has to be a whole number from ${least} up` };
    }
  }
}
