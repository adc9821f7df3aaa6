#!/usr/bin/env node
import { dirname, join } from 'node:path';
import { chooseDirectories } from './host/directories.ts';
import { loadProgram } from './load-program.ts';
import { readSurroundings } from './read-surroundings.ts';

/** Set by tools/build-command.mjs: the bundle of main.ts, named by its content. */
declare const programFile: string;

// Bundled as dist/mayfly.js, the command itself: the package is the folder above.
const surroundings = readSurroundings(dirname(__dirname));
const { store } = chooseDirectories(surroundings);
const { program, keepCode } = loadProgram(join(__dirname, programFile), join(store, 'code'));
void program.main(surroundings, keepCode);
