import yargs, { type Argv } from 'yargs';
import type { AnyCommand } from '../command.ts';
import type { CommandEntry } from '../command-table.ts';

const mostColumns = 110;

/** What `mayfly --help` shows. */
export async function renderProgramHelp(commands: readonly CommandEntry[], columns: number): Promise<string> {
  const parser = begin(columns).usage(
    'mayfly COMMAND [arguments]\n\nYAML scenarios run in throwaway containers, asserted and proven gone.',
  );
  for (const { name, summary } of commands) parser.command(name, summary);
  parser.example('mayfly init', 'writes a first scenario');
  parser.example('mayfly test', 'runs every scenario it finds');
  parser.option('help', { describe: 'Show this, or the help of a command' });
  parser.option('version', { describe: 'Show the version' });
  parser.epilogue('`mayfly COMMAND --help` tells more. Exit statuses: docs/exit-status.md');
  return `${await parser.getHelp()}\n`;
}

/** What `mayfly COMMAND --help` shows. */
export async function renderCommandHelp(
  { name, summary }: CommandEntry,
  command: AnyCommand,
  columns: number,
): Promise<string> {
  const { positional } = command;
  const place = positional === undefined ? '' : ` [${positional.name}${positional.most > 1 ? '…' : ''}]`;
  const parser = begin(columns).usage(`mayfly ${name}${place} [flags]\n\n${capital(summary)}.`);
  if (positional !== undefined) parser.positional(positional.name, { describe: positional.what });
  for (const [flag, definition] of Object.entries(command.flags)) {
    const hasValue = definition.kind !== 'switch';
    parser.option(hasValue ? `${flag} ${definition.value}` : flag, {
      ...(definition.short === undefined ? {} : { alias: definition.short }),
      describe: hasValue && definition.kind === 'texts' ? `${definition.what} (repeatable)` : definition.what,
    });
  }
  for (const { line, what } of command.examples) parser.example(`mayfly ${line}`, what);
  if (command.notes !== undefined) parser.epilogue(command.notes.join('\n\n'));
  return `${await parser.getHelp()}\n`;
}

/** A parser that parses nothing: only its help is wanted. */
function begin(columns: number): Argv {
  return yargs([])
    .scriptName('mayfly')
    .locale('en')
    .help(false)
    .version(false)
    .wrap(Math.min(mostColumns, Math.max(50, columns)));
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
