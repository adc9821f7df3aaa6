import { describe, expect, test } from 'vitest';
import { parseImageFilters } from '../../../src/cli/images/image-filters.ts';
import { imageRows, toFields } from '../../../src/cli/images/image-rows.ts';
import { knownImage } from '../../image/known-image.ts';

const digest = `sha256:${'d'.repeat(64)}`;
const hub = 'docker.io/library';
const app = knownImage('aa11', [`${hub}/app:2`, `${hub}/app:1`, `${hub}/app@${digest}`, 'example.org/x:9']);
const pinned = knownImage('bb22', [`${hub}/pinned@${digest}`], { createdAt: '2024-06-01T00:00:00Z' });
const nameless = knownImage('cc33', [], { createdAt: '2023-01-01T00:00:00Z' });
const images = [app, pinned, nameless];

test('a row for each name; the digest beside the tags of its repository; the nameless is <none>', () => {
  const rows = images.flatMap(imageRows).map(({ repository, tag, digest: of }) => [repository, tag, of]);
  expect(rows).toEqual([
    ['app', '1', digest],
    ['app', '2', digest],
    ['example.org/x', '9', '<none>'],
    ['pinned', '<none>', digest],
    ['<none>', '<none>', '<none>'],
  ]);
});

test('the fields of a template', () => {
  const [row] = imageRows(app);
  if (row === undefined) throw new Error('no row');
  expect(toFields(row, Date.parse('2024-05-08T07:08:09Z'), false)).toEqual({
    Repository: 'app',
    Tag: '1',
    Digest: digest,
    ID: 'aa1100000000',
    CreatedSince: '2 days ago',
    CreatedAt: '2024-05-06 07:08:09 +0000 UTC',
    Size: '2kB',
  });
  expect(toFields(row, 0, true).ID).toBe(app.id);
});

describe('filters', () => {
  const labels = new Map([[app.id, { tier: 'web', x: '' }]]);
  const ids = (...given: readonly string[]) => {
    const filter = parseImageFilters(given, { images, labelsOf: ({ id }) => labels.get(id) ?? {} });
    return [
      ...new Set(
        images
          .flatMap(imageRows)
          .filter(filter)
          .map(({ image }) => image.id.slice(7, 11)),
      ),
    ];
  };
  test.each([
    [['dangling=true'], ['cc33']],
    [['dangling=false'], ['aa11', 'bb22']],
    [['label=tier'], ['aa11']],
    [['label=tier=web', 'label=x'], ['aa11']],
    [['label=tier=db'], []],
    [['reference=app'], ['aa11']],
    [['reference=app:*'], ['aa11']],
    [['reference=*/x'], ['aa11']],
    [['reference=p?nned', 'reference=nothing'], ['bb22']],
    [['before=aa11'], ['cc33']],
    [['since=app:1'], ['bb22']],
  ])('%j', (given, wanted) => expect(ids(...given)).toEqual(wanted));

  test.each([
    ['dangling=perhaps', 'it is `true` or `false`'],
    ['lable=x', 'did you mean `label`?'],
    ['nonsense=1', 'there are dangling, label, reference, before, since'],
    ['label', 'write `label=VALUE`'],
    ['reference=A:B:C', 'a name'],
  ])('%s is a mistake that is explained', (given, hint) => {
    expect(() => ids(given)).toThrow(
      expect.objectContaining({ code: 'CLI_USAGE', hint: expect.stringContaining(hint) }),
    );
  });
});
