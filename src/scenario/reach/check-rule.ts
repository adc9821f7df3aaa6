import { didYouMean } from '../../core/did-you-mean.ts';
import { everyone, type ReachRule, type RuleProblem, type RuleWord } from './parse-rule.ts';

/** How a declared service stands to the network that a policy narrows. */
export interface Standing {
  readonly on: 'this network' | 'other networks' | 'no network' | { readonly networkOf: string };
  /** How many containers it is; undefined: not known yet. */
  readonly scale?: number;
}

/** What is wrong with a rule of a network's policy, beside its grammar. */
export function problemOfRule(
  rule: ReachRule,
  network: string,
  services: ReadonlyMap<string, Standing>,
): RuleProblem | undefined {
  return (
    problemOfEnd(rule.from, network, services) ??
    problemOfEnd(rule.to, network, services) ??
    problemOfSelf(rule, services)
  );
}

/** `web` of `web[2]`, and which one. */
export function serviceOfWord(text: string): { readonly service: string; readonly index?: number } {
  const [, service = text, index] = /^(.+)\[(\d+)\]$/.exec(text) ?? [];
  return index === undefined ? { service } : { service, index: Number(index) };
}

function problemOfEnd(
  word: RuleWord,
  network: string,
  services: ReadonlyMap<string, Standing>,
): RuleProblem | undefined {
  if (word.text === everyone) return undefined;
  const { service } = serviceOfWord(word.text);
  const standing = services.get(service);
  const at = { offset: word.offset, length: word.text.length };
  if (standing === undefined) {
    const near = didYouMean(service, services.keys());
    const hint = near === undefined ? 'declare it under `services:`' : `did you mean \`${near}\`?`;
    return { code: 'SCENARIO_UNDECLARED', message: `there is no service \`${service}\``, hint, ...at };
  }
  const problem = problemOfInstance(word, standing.scale);
  if (problem !== undefined) return problem;
  if (standing.on === 'this network') return undefined;
  const { message, hint } = explainStanding(service, network, standing);
  return { code: 'SCENARIO_CONFLICT', message, hint, ...at };
}

/** `web[9]`, where there are three. */
export function problemOfInstance(word: RuleWord, scale: number | undefined): RuleProblem | undefined {
  const { service, index } = serviceOfWord(word.text);
  if (index === undefined || scale === undefined || (index >= 1 && index <= scale)) return undefined;
  const message = `\`${word.text}\` does not exist: \`${service}\` has scale ${scale}`;
  const hint = `write \`${service}\` for all of them`;
  return { code: 'SCENARIO_UNDECLARED', message, hint, offset: word.offset, length: word.text.length };
}

function explainStanding(
  service: string,
  network: string,
  { on }: Standing,
): { readonly message: string; readonly hint: string } {
  if (typeof on === 'object') {
    const message = `\`${service}\` has the network of \`${on.networkOf}\`, and its rights`;
    return { message, hint: `write \`${on.networkOf}\`` };
  }
  const hint = `add \`${network}\` to its \`networks:\`, or remove the rule`;
  if (on === 'no network') return { message: `\`${service}\` has no network`, hint };
  return { message: `\`${service}\` is not on the network \`${network}\``, hint };
}

/** Instances of a scaled service do reach each other over the network. */
export function problemOfSelf(
  { from, to }: ReachRule,
  services: ReadonlyMap<string, Pick<Standing, 'scale'>>,
): RuleProblem | undefined {
  if (from.text !== to.text || from.text === everyone) return undefined;
  const { service, index } = serviceOfWord(from.text);
  if (index === undefined && services.get(service)?.scale !== 1) return undefined;
  return {
    code: 'SCENARIO_CONFLICT',
    message: `\`${to.text}\` reaches itself without any network`,
    hint: 'remove the rule',
    offset: to.offset,
    length: to.text.length,
  };
}
