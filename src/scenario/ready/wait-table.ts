import type { WaitDefinition } from './wait-definition.ts';
import { waitForExec } from './wait-for-exec.ts';
import { waitForExit } from './wait-for-exit.ts';
import { waitForFile } from './wait-for-file.ts';
import { waitForHealth } from './wait-for-health.ts';
import { waitForHttp } from './wait-for-http.ts';
import { waitForLog } from './wait-for-log.ts';
import { waitForPort } from './wait-for-port.ts';

/** Every kind of wait (language.md R16): a new one is a file and a line. */
export const waitTable: { readonly [K in WaitDefinition['kind']]: WaitDefinition } = {
  port: waitForPort,
  log: waitForLog,
  http: waitForHttp,
  exec: waitForExec,
  file: waitForFile,
  healthcheck: waitForHealth,
  exits: waitForExit,
};
