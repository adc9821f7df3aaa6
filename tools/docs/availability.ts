import type { Json } from '../../src/core/json.ts';
import { type NotYet, notYet } from '../../src/scenario/load/not-yet.ts';

/** Where each group of the table of what is missing stands in the language. */
const placesOf: Readonly<Record<NotYet['in'], readonly string[]>> = {
  scenario: [''],
  include: ['include[]'],
  service: ['services.NAME'],
  image: ['images.NAME'],
  secret: ['secrets.NAME'],
  dependency: ['services.NAME.depends_on.NAME'],
  step: ['steps[]'],
  fault: ['steps[].fault'],
  matcher: ['matcher'],
  condition: ['services.NAME.ready', 'a condition', 'steps[].wait'],
};

/** What one might write: those that ask for nothing new are told. */
const candidates: readonly Json[] = ['no', false, true, 1, 'NAME'];

/** What of a key this version does not do; undefined: it does it all. */
export function missingOf(place: string, key: string): NotYet | undefined {
  return notYet.find((entry) => entry.key === key && placesOf[entry.in].includes(place));
}

export function isWhole({ unless, validates }: NotYet): boolean {
  return unless === undefined && validates === undefined;
}

/** `*not available yet*`, for a table. */
export function renderMissing(entry: NotYet): string {
  if (entry.validates === true) return '*validates; running it is not available yet*';
  const allowed = candidates.filter((value) => entry.unless?.(value) === true);
  const but = allowed
    .map((value) => (value === 'NAME' ? 'a name' : `\`${JSON.stringify(value)}\``))
    .join(', ');
  return but === '' ? '*not available yet*' : `*not available yet, other than ${but}*`;
}

/** Says of a chapter what of it is missing, as `service.healthcheck`; empty once all of it is there. */
export function renderNote(
  names: readonly string[],
  hasKey: (place: string, key: string) => boolean,
): string {
  const missing = names.flatMap((name) => {
    const [group = '', key = ''] = name.split('.');
    const places = Object.hasOwn(placesOf, group) ? placesOf[group as NotYet['in']] : [];
    if (!places.some((place) => hasKey(place, key)))
      throw new Error(`there is no \`${name}\` in the language`);
    return notYet.filter((entry) => entry.in === group && entry.key === key);
  });
  if (missing.length === 0) return '';
  const whats = [...new Set(missing.map(({ what }) => what))].join(', ');
  return `> **Not available yet:** ${whats}. Using any of it ends with \`LANGUAGE_NOT_AVAILABLE_YET\`.`;
}

export function renderAllMissing(): string {
  if (notYet.length === 0) return 'Everything of this page is available.';
  const lines = notYet.map((entry) => `- \`${entry.key}\` of ${articles[entry.in]}: ${entry.what}`);
  const intro =
    'This version does not do these; using one ends with `LANGUAGE_NOT_AVAILABLE_YET` (exit status 2), never with a pass.';
  return `${intro}\n\n${lines.join('\n')}`;
}

const articles: Readonly<Record<NotYet['in'], string>> = {
  scenario: 'a scenario',
  include: 'an include',
  service: 'a service',
  image: 'an image',
  secret: 'a secret',
  dependency: 'a dependency',
  step: 'a step',
  fault: 'a fault',
  matcher: 'a matcher',
  condition: 'a condition',
};
