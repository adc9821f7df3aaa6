import { didYouMean } from '../core/did-you-mean.ts';
import { MayflyError } from '../core/mayfly-error.ts';
import { parseArguments } from './arguments/parse-arguments.ts';
import { type CommandEntry, commandTable } from './command-table.ts';
import { readVersion } from './read-version.ts';
import { showFailure } from './show-failure.ts';
import type { Surroundings } from './surroundings.ts';

/** The whole program: resolves with the exit status, and never rejects. */
export async function runCli(surroundings: Surroundings): Promise<number> {
  try {
    return await dispatch(surroundings);
  } catch (error) {
    return showFailure(error, surroundings);
  }
}

async function dispatch(surroundings: Surroundings): Promise<number> {
  const [first, ...rest] = surroundings.arguments;
  if (first === '--version' || first === '-v') {
    surroundings.stdout.write(`mayfly ${readVersion(surroundings)}\n`);
    return 0;
  }
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    return showHelp(rest.length > 0 ? rest.join(' ') : undefined, first === undefined, surroundings);
  }
  const { entry, rest: given } = findSpoken(first, rest);
  if (asksForHelp(given)) return showHelp(entry.name, false, surroundings);
  const command = await entry.load();
  return command.run(parseArguments(entry.name, command, given), surroundings);
}

/** Some commands are two words, as Docker has them: `image prune`. */
function findSpoken(
  first: string,
  rest: readonly string[],
): { readonly entry: CommandEntry; readonly rest: readonly string[] } {
  const [second, ...others] = rest;
  const both = `${first} ${second}`;
  const two = commandTable.find(({ name, otherName }) => name === both || otherName === both);
  return two === undefined ? { entry: findCommand(first), rest } : { entry: two, rest: others };
}

function asksForHelp(given: readonly string[]): boolean {
  const own = given.includes('--') ? given.slice(0, given.indexOf('--')) : given;
  return own.includes('--help') || own.includes('-h');
}

function findCommand(name: string): CommandEntry {
  const entry = commandTable.find((each) => each.name === name);
  if (entry !== undefined) return entry;
  const group = commandTable.filter((each) => each.name.startsWith(`${name} `));
  if (group.length > 0) {
    const hint = `there are ${group.map((each) => `\`mayfly ${each.name}\``).join(', ')}`;
    throw new MayflyError('CLI_USAGE', `\`${name}\` alone is no command`, { hint });
  }
  const meant = didYouMean(
    name,
    commandTable.map((each) => each.name),
  );
  const what = name.startsWith('-') ? 'flag' : 'command';
  throw new MayflyError('CLI_USAGE', `there is no ${what} \`${name}\``, {
    hint: meant === undefined ? '`mayfly --help` lists the commands' : `did you mean \`mayfly ${meant}\`?`,
  });
}

/** Nothing to do is a mistake, and its help an error message. */
async function showHelp(
  name: string | undefined,
  isMistake: boolean,
  { stdout, stderr }: Surroundings,
): Promise<number> {
  const { renderCommandHelp, renderProgramHelp } = await import('./arguments/render-help.ts');
  const output = isMistake ? stderr : stdout;
  if (name === undefined) {
    output.write(await renderProgramHelp(commandTable, output.columns));
    return isMistake ? 2 : 0;
  }
  const entry = findCommand(name);
  output.write(await renderCommandHelp(entry, await entry.load(), output.columns));
  return 0;
}
