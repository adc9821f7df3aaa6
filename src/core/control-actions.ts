/** What a `control` step does to a service: keys of the step, each with the service's name. */
export const controlActions = [
  'start',
  'stop',
  'restart',
  'kill',
  'pause',
  'unpause',
  'connect',
  'disconnect',
] as const;
