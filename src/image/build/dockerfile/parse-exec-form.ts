import type { Command } from './parsed-instruction.ts';

/** A JSON array of strings; anything else is shell form, as BuildKit has it. */
export function parseExecForm(text: string): readonly string[] | undefined {
  if (!text.startsWith('[')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  if (value.every((word) => typeof word === 'string')) return value;
  throw new Error('only texts can stand in a list of arguments');
}

export function parseCommand(text: string): Command {
  const argv = parseExecForm(text);
  return argv === undefined ? { form: 'shell', text } : { form: 'exec', argv };
}
