import type { Json, JsonObject } from '../../core/json.ts';

export interface InputProblem {
  readonly input: string;
  readonly code: 'SCENARIO_UNDECLARED' | 'SCENARIO_MISSING_KEY';
  readonly message: string;
  readonly hint: string;
}

/** What `with` gives that the fragment does not take, and what it does not give although there is no default. */
export function problemsOfInputs(declared: JsonObject, given: JsonObject): readonly InputProblem[] {
  const names = Object.keys(declared).filter((name) => !name.startsWith('x-'));
  const unknown = Object.keys(given)
    .filter((input) => !names.includes(input) && !input.startsWith('x-'))
    .map(
      (input): InputProblem => ({
        input,
        code: 'SCENARIO_UNDECLARED',
        message: `the fragment has no input \`${input}\``,
        hint: names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`,
      }),
    );
  const missing = names
    .filter((input) => isNothing(given[input]) && isNothing(declared[input]))
    .map(
      (input): InputProblem => ({
        input,
        code: 'SCENARIO_MISSING_KEY',
        message: `the input \`${input}\` has no default`,
        hint: `add \`with: { ${input}: … }\``,
      }),
    );
  return [...unknown, ...missing];
}

function isNothing(value: Json | undefined): boolean {
  return value === undefined || value === null;
}
