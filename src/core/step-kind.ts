/** The kinds of step of language.md R17, in its order. */
export const stepKinds = [
  'run',
  'http',
  'wait',
  'files',
  'processes',
  'ports',
  'dns',
  'image',
  'stats',
  'logs',
  'copy',
  'control',
  'connectivity',
  'isolation',
  'fault',
  'parallel',
  'use',
] as const;

export type StepKind = (typeof stepKinds)[number];
