#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { readSurroundings } from './read-surroundings.ts';
import { runCli } from './run-cli.ts';
import { showFailure } from './show-failure.ts';

// Bundled as dist/mayfly.js: the package is the folder above.
const surroundings = readSurroundings(fileURLToPath(new URL('..', import.meta.url)));

const fail = (error: unknown): void => {
  showFailure(error, surroundings).then(surroundings.exit, () => surroundings.exit(4));
};
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

surroundings.exit(await runCli(surroundings));
