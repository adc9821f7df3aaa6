import { defineCommand } from '../command.ts';
export const explainCommand = defineCommand({ flags: {}, examples: [{ line: 'explain', what: 'x' }], async run() { return 0; } });
