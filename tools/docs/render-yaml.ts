import { isJsonObject, type Json } from '../../src/core/json.ts';

/** A value as one would write it into a scenario, on one line. */
export function renderYaml(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((entry: Json) => renderYaml(entry)).join(', ')}]`;
  if (isJsonObject(value)) {
    const entries = Object.entries(value).map(([key, entry]) => `${scalar(key)}: ${renderYaml(entry)}`);
    return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
  }
  return typeof value === 'string' ? scalar(value) : String(value);
}

/** Without quotes only where YAML reads the text as itself, also inside of brackets. */
function scalar(text: string): string {
  const isQuantity = /^\d+(?:\.\d+)?(?:us|ms|s|m|h|k|g|b)$|^\d+(?:\.\d+){3}(?:\/\d+)?$/.test(text);
  const isPlain =
    isQuantity || (/^[A-Za-z./$^][\w./$@^ ()+-]*(?::\/\/[\w./:-]+)?$/.test(text) && !/\s$/.test(text));
  return isPlain && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text) ? text : JSON.stringify(text);
}
