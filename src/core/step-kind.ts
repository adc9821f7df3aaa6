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

/** In reports a case is a step, too: one that holds its steps, as `parallel` does. */
export type ReportedKind = StepKind | 'case';
