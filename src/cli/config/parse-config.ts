import { resolve } from 'node:path';
import { didYouMean } from '../../core/did-you-mean.ts';
import type { Json } from '../../core/json.ts';
import { isJsonObject } from '../../core/json.ts';
import { parseDurationMs } from '../../core/units.ts';
import type { LoadedDocument } from '../../scenario/load/loaded-document.ts';
import type { Config } from './config.ts';
import { readMapping } from './read-mapping.ts';
import { readMirrors, readRegistryRules } from './read-registry-rules.ts';

const keys = ['timeout', 'image_timeout', 'jobs', 'reports', 'registries', 'mirrors'] as const;

/**
 * The text of a mayfly.config.yaml in `directory`.
 *
 * @throws MayflyErrors with everything that is wrong with it.
 */
export function parseConfig(file: string, text: string, directory: string): Config {
  return readMapping(file, text, 'CONFIG_INVALID', (document) => readConfig(document, directory)) ?? {};
}

function readConfig(document: LoadedDocument, directory: string): Config {
  const values = isJsonObject(document.json) ? document.json : {};
  for (const key of Object.keys(values)) checkKey(key, document);
  const timeoutMs = readDuration('timeout', values.timeout, document);
  const imageTimeoutMs = readDuration('image_timeout', values.image_timeout, document);
  const jobs = readJobs(values.jobs, document);
  const reports = readReports(values.reports, document, directory);
  const registries = readRegistryRules(values.registries, document, directory);
  const mirrors = readMirrors(values.mirrors, document);
  return {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(imageTimeoutMs === undefined ? {} : { imageTimeoutMs }),
    ...(jobs === undefined ? {} : { jobs }),
    ...(reports === undefined ? {} : { reports }),
    ...(registries === undefined ? {} : { registries }),
    ...(mirrors === undefined ? {} : { mirrors }),
  };
}

function checkKey(key: string, document: LoadedDocument): void {
  if ((keys as readonly string[]).includes(key) || key.startsWith('x-')) return;
  const pointer = `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const span = document.keySpan(pointer);
  const meant = didYouMean(key, [...keys]);
  const hint = meant === undefined ? `it may say ${keys.join(', ')}` : `did you mean \`${meant}\`?`;
  document.error('CONFIG_INVALID', `unknown key \`${key}\``, span, pointer, hint);
}

function fail(document: LoadedDocument, pointer: string, message: string): undefined {
  document.error('CONFIG_INVALID', message, document.valueSpan(pointer), pointer);
  return undefined;
}

function readDuration(key: string, value: Json | undefined, document: LoadedDocument): number | undefined {
  if (value === undefined) return undefined;
  const ms = typeof value === 'string' ? parseDurationMs(value) : undefined;
  return ms === undefined || ms === 0
    ? fail(document, `/${key}`, `\`${key}\` is a duration, like 90s or 2m`)
    : ms;
}

function readJobs(value: Json | undefined, document: LoadedDocument): number | undefined {
  if (value === undefined) return undefined;
  const isCount = typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
  return isCount ? value : fail(document, '/jobs', '`jobs` is a whole number from 1 up');
}

/** Whether there is such a report is judged where `--report` is. */
function readReports(
  value: Json | undefined,
  document: LoadedDocument,
  directory: string,
): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const isList = Array.isArray(value) && value.every((entry) => typeof entry === 'string');
  if (!isList)
    return fail(document, '/reports', '`reports` is a list of names, like `table` or `junit=junit.xml`');
  return value.map((entry) => {
    const equals = entry.indexOf('=');
    return equals < 0 ? entry : `${entry.slice(0, equals)}=${resolve(directory, entry.slice(equals + 1))}`;
  });
}
