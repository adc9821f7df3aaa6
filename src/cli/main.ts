#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { readSurroundings } from './read-surroundings.ts';
import { runCli } from './run-cli.ts';
import { showFailure } from './show-failure.ts';

// Bundled as dist/mayfly.js: the package is the folder above.
const surroundings = readSurroundings(fileURLToPath(new URL('..', import.meta.url)));

const fail = async (error: unknown): Promise<void> => {
  const status = await showFailure(error, surroundings).catch(() => 4);
  await surroundings.flush();
  surroundings.exit(status);
};
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

const status = await runCli(surroundings);
await surroundings.flush();
surroundings.exit(status);
