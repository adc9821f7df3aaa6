import { digestOf } from '../digest.ts';
import type { DebianOptions } from './debian-options.ts';
import { type PlannedSource, renderSources } from './plan-sources.ts';

/** Counts up when the same packages become another file system. */
const recipeVersion = 1;

/** The digest by which an image is known before it is made: the same packages, from the same place, in the same way. */
export function renderRecipe(
  options: DebianOptions,
  sources: readonly PlannedSource[],
  versions: readonly string[],
  architecture: string,
): string {
  const { suite, packages, variant } = options;
  return digestOf(
    JSON.stringify([recipeVersion, architecture, suite, variant, packages, renderSources(sources), versions]),
  );
}
