import { type FunctionName, functions } from '../../src/scenario/expression/functions.ts';
import { type Namespace, namespaces } from '../../src/scenario/expression/scope.ts';
import { code, table } from './markdown.ts';

/** A function or a name without its line here is an error of types. */
const functionMeanings: Readonly<Record<FunctionName, string>> = {
  default: 'The value, or the fallback where the value does not exist or is null.',
  contains: 'Whether a list has this entry, a mapping this key, or a text this part.',
  starts_with: 'Whether a text begins so.',
  ends_with: 'Whether a text ends so.',
  json: 'The value as JSON, to stand inside of text.',
  upper: 'In capitals.',
  lower: 'In small letters.',
};

const namespaceMeanings: Readonly<Record<Namespace, readonly [members: string, meaning: string]>> = {
  vars: ['vars.NAME', 'Variables: `vars:`, `--var`, `--vars-file`.'],
  matrix: ['matrix.NAME', 'The combination this run of the scenario is for.'],
  secrets: ['secrets.NAME', 'Values that are masked wherever they would be shown.'],
  env: ['env.NAME', 'The environment of Mayfly itself. No container inherits it.'],
  case: ['case.NAME', 'The variables of a case.'],
  inputs: ['inputs.NAME', 'In a fragment: what `with:` of its `use` gives it, or its default.'],
  steps: ['steps.ID.CAPTURE', 'What an earlier step captured.'],
  services: [
    'services.NAME.ip, .ipv6, .port(N)',
    'Addresses of a running service, and the port of this machine on which its port N is published. `services.NAME[2]` is an instance of a scaled one.',
  ],
  run: ['run.id, run.seed', 'The name of the run, and what its random choices come from.'],
};

export function renderFunctions(): string {
  const rows = (Object.keys(functions) as readonly FunctionName[]).map((name) => [
    code(`${name}(${functions[name].parameters.join(', ')})`),
    functionMeanings[name],
  ]);
  return table(['function', 'gives'], rows);
}

export function renderNamespaces(): string {
  const rows = namespaces.map((namespace) => {
    const [members, meaning] = namespaceMeanings[namespace];
    return [code(members), meaning];
  });
  return table(['name', 'what it is'], rows);
}
