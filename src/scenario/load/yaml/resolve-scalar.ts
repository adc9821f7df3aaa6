import { boolCoreTag, floatCoreTag, intCoreTag, NOT_RESOLVED, nullCoreTag } from 'js-yaml';

type Scalar = null | boolean | number | string;

/** YAML's core schema (YAML 1.2.2, section 10.3): what an unquoted value means. */
const implicitTags = [nullCoreTag, boolCoreTag, intCoreTag, floatCoreTag] as const;

/** Numbers, booleans, null and words begin so; everything else is text. Saves four attempts for most values. */
const maybeNotText = /^(?:[-+.0-9~ntfNTF]|$)/;

export function resolvePlain(text: string): Scalar {
  if (!maybeNotText.test(text)) return text;
  for (const tag of implicitTags) {
    const value: Scalar | typeof NOT_RESOLVED = tag.resolve(text, false, tag.tagName);
    if (value !== NOT_RESOLVED) return value;
  }
  return text;
}

const explicitTags = new Map<string, (text: string) => Scalar | typeof NOT_RESOLVED>([
  ['!!str', (text) => text],
  ['!!null', (text) => nullCoreTag.resolve(text, true, nullCoreTag.tagName)],
  ['!!bool', (text) => boolCoreTag.resolve(text, true, boolCoreTag.tagName)],
  ['!!int', (text) => intCoreTag.resolve(text, true, intCoreTag.tagName)],
  ['!!float', (text) => floatCoreTag.resolve(text, true, floatCoreTag.tagName)],
]);

/** A value with a tag; undefined if the tag is unknown or does not fit. */
export function resolveTagged(text: string, tag: string): Scalar | undefined {
  const value = explicitTags.get(tag)?.(text);
  return value === NOT_RESOLVED ? undefined : value;
}
