import { isJsonObject, type Json } from '../../../core/json.ts';
import { problemOfRule, type Standing } from '../../reach/check-rule.ts';
import { isProblem, parseRule } from '../../reach/parse-rule.ts';
import { entriesOf, has, isStatic, itemsOf, memberOf, textOf } from '../json-access.ts';
import { below } from '../json-pointer.ts';
import type { LoadedDocument } from '../loaded-document.ts';
import { spanInText } from '../span-in-text.ts';
import { declaredNames } from './check-names.ts';

/** R12: rules that can be read before anything is known but the file; planning reads those with expressions. */
export function checkPolicies(document: LoadedDocument): void {
  const seen = new Set<string>();
  for (const [index, policy] of itemsOf(memberOf(document.json, 'policies')).entries()) {
    const pointer = below('/policies', index);
    const network = textOf(memberOf(policy, 'network'));
    if (network === undefined || !isStatic(network)) continue;
    if (seen.has(network)) {
      const at = below(pointer, 'network');
      const hint = 'put the rules of both into one';
      const message = `the network \`${network}\` has two policies`;
      document.error('SCENARIO_CONFLICT', message, document.valueSpan(at), at, hint);
    }
    seen.add(network);
    checkRules(document, network, memberOf(policy, 'allow'), below(pointer, 'allow'));
  }
}

function checkRules(
  document: LoadedDocument,
  network: string,
  rules: Json | undefined,
  pointer: string,
): void {
  const services = standingsTo(network, memberOf(document.json, 'services'));
  // Of a network that nobody declared, that is all there is to say.
  const isDeclared = ['default', ...declaredNames(document.json, 'network')].includes(network);
  for (const [index, rule] of itemsOf(rules).entries()) {
    const text = textOf(rule);
    if (text === undefined || !text.includes('->') || !isStatic(text)) continue; // the schema has said so, or planning will
    const parsed = parseRule(text);
    const problem = isProblem(parsed) ? parsed : isDeclared && problemOfRule(parsed, network, services);
    if (!problem) continue;
    const at = below(pointer, index);
    const span = spanInText(document, at, text, problem.offset, problem.length);
    document.error(problem.code, problem.message, span, at, problem.hint);
  }
}

function standingsTo(network: string, services: Json | undefined): ReadonlyMap<string, Standing> {
  return new Map(entriesOf(services).map(([name, service]) => [name, standingTo(network, service)]));
}

function standingTo(network: string, service: Json): Standing {
  const scaled = isJsonObject(service) && ['scale', 'deploy', 'profiles'].some((key) => has(service, key));
  const scale = scaled ? {} : { scale: 1 };
  const mode = textOf(memberOf(service, 'network_mode'));
  if (mode === 'none') return { on: 'no network', ...scale };
  const owner = /^service:(.+)$/.exec(mode ?? '')?.[1];
  if (owner !== undefined) return { on: { networkOf: owner }, ...scale };
  const networks = memberOf(service, 'networks') ?? ['default'];
  const names = [...itemsOf(networks), ...entriesOf(networks).map(([name]) => name)];
  const isUnknown = names.some((name) => typeof name !== 'string' || !isStatic(name));
  return { on: isUnknown || names.includes(network) ? 'this network' : 'other networks', ...scale };
}
