import { runCli } from './run-cli.ts';
import { showFailure } from './show-failure.ts';
import type { Surroundings } from './surroundings.ts';

/** Ends the process with the status of the command. */
export async function main(surroundings: Surroundings, keepCode: () => void): Promise<void> {
  const fail = async (error: unknown): Promise<void> => {
    const status = await showFailure(error, surroundings).catch(() => 4);
    await surroundings.flush();
    surroundings.exit(status);
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);

  const status = await runCli(surroundings);
  await surroundings.flush();
  // The command that uses most of the code, when it ran something: what it has compiled serves all others.
  if (surroundings.arguments[0] === 'test' && status <= 1) keepCode();
  surroundings.exit(status);
}
