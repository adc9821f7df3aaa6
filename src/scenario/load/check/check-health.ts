import { isJsonObject, type JsonObject } from '../../../core/json.ts';
import { entriesOf, has, isStatic, itemsOf, memberOf, textOf } from '../json-access.ts';
import { below } from '../json-pointer.ts';
import type { LoadedDocument } from '../loaded-document.ts';

/** Images that are no more than files have no health check of their own. */
const withoutHealthcheck = ['host', 'rootfs', 'debian'];
const testWords = ['CMD', 'CMD-SHELL', 'NONE'];

/** Health checks say what they run, and `service_healthy` waits for something that somebody has declared. */
export function checkHealth(document: LoadedDocument, service: JsonObject, pointer: string): void {
  checkTest(document, service, pointer);
  for (const [name, dependency] of entriesOf(service.depends_on)) {
    if (memberOf(dependency, 'condition') !== 'service_healthy') continue;
    const target = memberOf(memberOf(document.json, 'services'), name);
    if (!isJsonObject(target) || has(target, 'extends') || canBeHealthy(document, target)) continue;
    const at = below(pointer, 'depends_on', name);
    document.error(
      'SCENARIO_MISSING_KEY',
      `\`${name}\` can never be healthy: it has no \`ready\``,
      document.keySpan(at),
      at,
      `add \`ready:\` to \`${name}\`, or depend on service_started`,
    );
  }
}

function canBeHealthy(document: LoadedDocument, target: JsonObject): boolean {
  if (has(target, 'ready') || isOn(target.healthcheck)) return true;
  return hasHealthcheck(document, target) && !isOff(target.healthcheck);
}

/** It has a test of its own. */
function isOn(healthcheck: JsonObject[string] | undefined): boolean {
  return memberOf(healthcheck, 'test') !== undefined && !isOff(healthcheck);
}

/** `disable: true` or `test: NONE` (Compose specification, "healthcheck"). */
function isOff(healthcheck: JsonObject[string] | undefined): boolean {
  const test = memberOf(healthcheck, 'test');
  return memberOf(healthcheck, 'disable') === true || test === 'NONE' || itemsOf(test)[0] === 'NONE';
}

/** Whether the image may have one: of what is fetched or built one cannot know yet. */
function hasHealthcheck(document: LoadedDocument, service: JsonObject): boolean {
  const image = memberOf(memberOf(document.json, 'images'), textOf(service.image) ?? '');
  return !isJsonObject(image) || !withoutHealthcheck.some((source) => has(image, source));
}

function checkTest(document: LoadedDocument, service: JsonObject, pointer: string): void {
  const { healthcheck } = service;
  if (healthcheck === undefined) return;
  const at = below(pointer, 'healthcheck', 'test');
  const [word, ...rest] = itemsOf(memberOf(healthcheck, 'test'));
  const known = typeof word !== 'string' || !isStatic(word) || testWords.includes(word);
  if (!known) {
    document.error(
      'SCENARIO_WRONG_VALUE',
      'a `test` that is a list begins with CMD, CMD-SHELL or NONE',
      document.valueSpan(below(at, 0)),
      at,
      `write [CMD, ${String(word)}, …], or plain text for the shell`,
    );
  } else if ((word === 'CMD' || word === 'CMD-SHELL') && rest.length === 0) {
    document.error(
      'SCENARIO_ASSERTS_NOTHING',
      `\`${word}\` without a command`,
      document.valueSpan(at),
      at,
      `write [${word}, true] with the command that is to be run`,
    );
  }
  if (memberOf(healthcheck, 'test') !== undefined || isOff(healthcheck)) return;
  if (hasHealthcheck(document, service)) return;
  document.error(
    'SCENARIO_MISSING_KEY',
    '`healthcheck` needs `test`: the image has none of its own',
    document.keySpan(below(pointer, 'healthcheck')),
    below(pointer, 'healthcheck'),
    'add `test:` with a command, such as [CMD, pg_isready]',
  );
}
