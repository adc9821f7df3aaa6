import { didYouMean } from '../../core/did-you-mean.ts';
import { isImageReference } from '../../core/image-reference.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { findImage } from '../../image/find-image.ts';
import type { KnownImage } from '../../image/store/known-images.ts';
import type { ImageRow } from './image-rows.ts';

type RowFilter = (row: ImageRow) => boolean;

interface FilterContext {
  readonly images: readonly KnownImage[];
  readonly labelsOf: (image: KnownImage) => Readonly<Record<string, string>>;
}

const filters: Readonly<Record<string, (value: string, context: FilterContext) => RowFilter>> = {
  dangling: (value) => {
    if (value !== 'true' && value !== 'false') throw usage(`dangling=${value}`, 'it is `true` or `false`');
    return ({ image }) => (image.references.length === 0) === (value === 'true');
  },
  label: (value, { labelsOf }) => {
    const [name = '', ...rest] = value.split('=');
    const wanted = rest.length === 0 ? undefined : rest.join('=');
    return ({ image }) => {
      const labels = labelsOf(image);
      return Object.hasOwn(labels, name) && (wanted === undefined || labels[name] === wanted);
    };
  },
  reference: (value) => matchesReference(value),
  before: (value, { images }) => {
    const { createdAt } = findImage(value, images).image;
    return ({ image }) => Date.parse(image.createdAt) < Date.parse(createdAt);
  },
  since: (value, { images }) => {
    const { createdAt } = findImage(value, images).image;
    return ({ image }) => Date.parse(image.createdAt) > Date.parse(createdAt);
  },
};

/**
 * `--filter NAME=VALUE`, as Docker's: of one name any value, of several names all.
 *
 * @throws MayflyError CLI_USAGE
 */
export function parseImageFilters(given: readonly string[], context: FilterContext): RowFilter {
  const byName = new Map<string, RowFilter[]>();
  for (const text of given) {
    const [name = '', ...rest] = text.split('=');
    const make = Object.hasOwn(filters, name) ? filters[name] : undefined;
    if (make === undefined) {
      const names = Object.keys(filters);
      const meant = didYouMean(name, names);
      throw usage(text, meant === undefined ? `there are ${names.join(', ')}` : `did you mean \`${meant}\`?`);
    }
    if (rest.length === 0) throw usage(text, `write \`${name}=VALUE\``);
    byName.set(name, [...(byName.get(name) ?? []), make(rest.join('='), context)]);
  }
  const groups = [...byName.entries()];
  return (row) =>
    groups.every(([name, tests]) =>
      name === 'label' ? tests.every((test) => test(row)) : tests.some((test) => test(row)),
    );
}

/** `alpine`, `alpine:3*`, `example.org/*`: a pattern of names, whose `*` does not pass a `/`. */
export function matchesReference(pattern: string): RowFilter {
  const wanted = toPattern(pattern);
  return ({ repository, tag, digest }) =>
    wanted.test(repository) || wanted.test(`${repository}:${tag}`) || wanted.test(`${repository}@${digest}`);
}

function toPattern(glob: string): RegExp {
  if (!isImageReference(glob.replaceAll(/[*?]/g, 'a').replaceAll(/\[[^\]]*\]/g, 'a')))
    throw usage(`reference=${glob}`, 'it is a name, in which `*` and `?` stand for anything but `/`');
  const source = glob.replaceAll(/[.+^${}()|[\]\\*?]/g, (mark) =>
    mark === '*' ? '[^/]*' : mark === '?' ? '[^/]' : `\\${mark}`,
  );
  return new RegExp(`^${source}$`);
}

function usage(text: string, hint: string): MayflyError {
  return new MayflyError('CLI_USAGE', `\`--filter ${text}\` is not understood`, { hint });
}
