import { didYouMean } from '../../core/did-you-mean.ts';
import type { Json } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { Scenario } from '../../core/scenario.ts';
import { entriesOf, isStatic, itemsOf, memberOf } from '../../scenario/load/json-access.ts';

/**
 * Each `--profile` is one that some service has: a misspelt one would leave services out, and nobody would see it. Compose
 * accepts any name.
 */
export function checkProfiles(
  asked: readonly string[],
  scenarios: readonly Scenario[],
): readonly MayflyError[] {
  const known = [...new Set(scenarios.flatMap(({ document }) => profilesOf(document)))].sort();
  // One that an expression makes may be any.
  if (!known.every(isStatic)) return [];
  return asked
    .filter((name) => name !== '*' && !known.includes(name))
    .map((name) => {
      const near = didYouMean(name, known);
      const all = known.length === 0 ? 'no service has any' : `the profiles are ${known.join(', ')}`;
      return new MayflyError('CLI_USAGE', `no service has the profile \`${name}\``, {
        hint: near === undefined ? all : `did you mean \`${near}\`? ${all}`,
      });
    });
}

function profilesOf(document: Json): readonly string[] {
  return entriesOf(memberOf(document, 'services')).flatMap(([, service]) => {
    const profiles = memberOf(service, 'profiles');
    return (typeof profiles === 'string' ? [profiles] : itemsOf(profiles)).map(String);
  });
}
