import { posix } from 'node:path';
import { compilePathPattern, type PathPattern } from './path-pattern.ts';

const mostPatterns = 10_000;

interface IgnoreRule {
  readonly includes: boolean;
  readonly matches: PathPattern;
}

/** What .dockerignore leaves out of a context (moby/patternmatcher). The last rule that matches a path, or a parent of it, counts. */
export class DockerIgnore {
  readonly #rules: readonly IgnoreRule[];

  constructor(text: string) {
    this.#rules = parseRules(text);
  }

  /** Some rule brings back what another left out: then nothing is skipped before it is looked at. */
  get hasExceptions(): boolean {
    return this.#rules.some(({ includes }) => includes);
  }

  ignores(path: string): boolean {
    const components = path.split('/');
    const prefixes = components.map((_, at) => components.slice(0, at + 1).join('/'));
    let ignored = false;
    for (const { includes, matches } of this.#rules) {
      // A rule is only worth asking where it would change something.
      if (includes === ignored && prefixes.some(matches)) ignored = !includes;
    }
    return ignored;
  }
}

function parseRules(text: string): readonly IgnoreRule[] {
  const rules = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.trim())
    .flatMap((line) => parseRule(line) ?? []);
  if (rules.length > mostPatterns) throw new Error(`it has more than ${mostPatterns} patterns`);
  return rules;
}

function parseRule(line: string): IgnoreRule | undefined {
  const includes = line.startsWith('!');
  const pattern = includes ? line.slice(1).trim() : line;
  if (pattern === '') return undefined;
  const clean = posix.normalize(pattern).replace(/\/$/, '');
  const relative = clean.length > 1 && clean.startsWith('/') ? clean.slice(1) : clean;
  if (relative === '' || relative === '.') return undefined;
  return { includes, matches: compilePathPattern(relative, { crossing: true }) };
}
