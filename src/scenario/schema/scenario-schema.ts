import { hostFeatures } from '../../core/host-feature.ts';
import { cases, fragments, include, invariants, matrix, policies, secrets, vars } from './composition.ts';
import { expectationDefinitions } from './expectations.ts';
import { imageDefinitions, images } from './images.ts';
import { type JsonSchema, key, list, object } from './json-schema.ts';
import { matcherDefinitions } from './matchers.ts';
import { configs, networkDefinitions, networks, volumes } from './networks.ts';
import { readyDefinitions } from './ready.ts';
import { duration, integer, nonEmptyText, oneOfWords, text } from './scalars.ts';
import { serviceDefinitions, services } from './services.ts';
import { step, steps } from './steps.ts';

const topLevel: Readonly<Record<string, JsonSchema>> = {
  name: key('Name', "What reports call the scenario; the file's name when absent.", 'shop', nonEmptyText),
  description: key('Description', 'What it shows, in a sentence.', 'web reaches db; nothing else does', text),
  tags: key(
    'Tags',
    'For `--tag`; what has the tag `manual` runs only when that is asked for.',
    ['network'],
    list('a list of tags', nonEmptyText),
  ),
  timeout: key(
    'Time-out',
    'How long the whole scenario may take; 2m when absent. Neither making its images (see --image-timeout) nor teardown counts.',
    '90s',
    duration,
  ),
  retries: key(
    'Retries',
    'How often it is tried again in a new sandbox; a pass then is flaky.',
    1,
    integer('a whole number from 0 to 10', { minimum: 0, maximum: 10 }),
  ),
  requires: key(
    'Requires',
    'What the host must have; otherwise the scenario is skipped.',
    ['ipv6'],
    list('a list of host features', oneOfWords(hostFeatures)),
  ),
  upper: key(
    'Upper',
    'Where writable layers live: auto (memory where the kernel can), tmpfs or disk.',
    'disk',
    oneOfWords(['auto', 'tmpfs', 'disk']),
  ),
  vars,
  secrets,
  matrix,
  include,
  images,
  networks,
  volumes,
  configs,
  services,
  policies,
  invariants,
  fragments,
  setup: steps('Setup', 'Done once, before every case.'),
  steps: steps('Steps', 'What is done and checked, in order.'),
  cases,
  finally: steps('Finally', 'Done at the end, also after a failure.'),
  on_failure: key(
    'On failure',
    'Evidence to collect when something fails.',
    ['logs', 'ps'],
    list('a list of evidence', oneOfWords(['logs', 'ps', 'sockets', 'fs-diff'])),
  ),
};

/** The language as JSON Schema draft-07, the draft that editors and ajv alike know best. The whole of it: also what this version does not run yet. */
export const scenarioSchema: JsonSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'https://mayfly.invalid/scenario.schema.json',
  title: 'Mayfly scenario',
  description: 'A scenario that runs in throwaway containers.',
  ...object(topLevel, { what: 'a scenario' }),
  'x-expects': 'a mapping with `steps:` and more',
  definitions: {
    ...matcherDefinitions,
    ...readyDefinitions,
    ...imageDefinitions,
    ...networkDefinitions,
    ...serviceDefinitions,
    ...expectationDefinitions,
    step,
  },
};
