import { writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { MayflyError } from '../../core/mayfly-error.ts';
import { defineCommand } from '../command.ts';
import { makeFolders } from '../reporting/make-folders.ts';
import { defaultFolder } from '../scenarios/find-scenario-files.ts';
import { showPath } from '../scenarios/show-path.ts';

const firstScenario = `# A first scenario for Mayfly. Run it with \`mayfly test\`.
# For completion in an editor: \`mayfly schema > scenario.schema.json\`, and name that file in a line
# \`# yaml-language-server: $schema=…\`.

name: hello
description: a server in a container answers a client in another

images:
  # Programs of this machine with the libraries they load; nothing is downloaded.
  node: { host: [node] }

services:
  server:
    image: node
    command:
      - node
      - -e
      - require('node:http').createServer((_, response) => response.end('hello')).listen(8080)
    ready: { port: 8080 }
  client:
    image: node
    command: [node, -e, "setInterval(() => {}, 1000)"]

steps:
  - name: the server says hello
    in: client
    http: { url: http://server:8080/ }
    expect: { status: 200, body: hello }

  - name: nothing else is there
    in: client
    http: { url: http://database:5432/ }
    expect: { error: no-name }
`;

export const initCommand = defineCommand({
  flags: {},
  positional: { name: 'file', what: `Where to write it; ${defaultFolder}/hello.yaml by default`, most: 1 },
  examples: [
    { line: 'init', what: `writes ${defaultFolder}/hello.yaml` },
    { line: 'init tests/shop.yaml', what: 'writes it there' },
  ],
  notes: ['A file that is there already stays as it is.'],
  async run({ positionals: [given = join(defaultFolder, 'hello.yaml')] }, { workingDirectory, stdout }) {
    const path = resolve(workingDirectory, given);
    const shown = showPath(path, workingDirectory);
    try {
      makeFolders(dirname(path));
      writeFileSync(path, firstScenario, { flag: 'wx' });
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
      const message = code === 'EEXIST' ? `${shown} is there already` : `cannot write ${shown}: ${code}`;
      throw new MayflyError('CLI_USAGE', message, { cause, hint: 'name another file: `mayfly init FILE`' });
    }
    stdout.write(`wrote ${shown}; run it with \`mayfly test ${shown}\`\n`);
    return 0;
  },
});
