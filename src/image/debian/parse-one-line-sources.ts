import type { AptEntry } from './apt-entry.ts';

/** The words of one-line options that are not spelt as in deb822 (sources.list(5)). */
const fieldOfOption: Readonly<Record<string, string>> = {
  arch: 'Architectures',
  lang: 'Languages',
  target: 'Targets',
  pdiffs: 'PDiffs',
  'inrelease-path': 'InRelease-Path',
};

/** `deb [option=value …] uri suite [component …]`, a line each; what is no such line is not apt's either. */
export function parseOneLineSources(text: string, file: string): readonly AptEntry[] {
  return text.split('\n').flatMap((line) => parseLine(line, file) ?? []);
}

function parseLine(line: string, file: string): AptEntry | undefined {
  const match = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)((?:\s+[^\s#]+)*)\s*(?:#.*)?$/.exec(line);
  if (match === null) return undefined;
  const [, options = '', uri = '', suite = '', components = ''] = match;
  return {
    uris: [uri],
    suites: [suite],
    components: components.split(/\s+/).filter((word) => word !== ''),
    fields: Object.fromEntries(options.split(/\s+/).flatMap(parseOption)),
    file,
  };
}

/** `arch=amd64,i386`; a `+=` or `-=` changes a default that we do not know, and is left to it. */
function parseOption(option: string): readonly (readonly [string, string])[] {
  const match = /^([a-z-]+)=(.+)$/i.exec(option);
  if (match === null || match[1]?.endsWith('-') === true) return [];
  const [, name = '', value = ''] = match;
  const key = name.toLowerCase();
  return [[fieldOfOption[key] ?? capitalized(key), value.replaceAll(',', ' ')]];
}

function capitalized(name: string): string {
  return name.replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());
}
