import { expect, test } from 'vitest';
import { requireLocked } from '../../../src/image/debian/require-locked.ts';
import { parsePrintUris, renderPins, renderVersions } from '../../../src/image/debian/resolved-package.ts';

const output = `Reading package lists...
'http://mirror.example/debian/pool/main/h/hello/hello_2.10-3_amd64.deb' hello_2.10-3_amd64.deb 53080 SHA256:00
'http://mirror.example/debian/pool/main/a/adduser/adduser_3.134_all.deb' adduser_3.134_all.deb 175336 SHA256:11
'http://mirror.example/debian/pool/main/b/bash/bash_5.2.15-2%2bb7_amd64.deb' passwd_1%3a4.13+dfsg1-1+b1_amd64.deb 971884
`;

test('what apt would fetch, with versions as they are', () => {
  const packages = parsePrintUris(output);
  expect(packages[2]).toEqual({
    name: 'passwd',
    version: '1:4.13+dfsg1-1+b1',
    architecture: 'amd64',
    sizeBytes: 971884,
  });
  expect(renderVersions(packages)).toEqual(['adduser=3.134', 'hello=2.10-3', 'passwd=1:4.13+dfsg1-1+b1']);
});

test('pins admit one version each', () => {
  expect(renderPins(['a=1', 'b=2:3-4'])).toBe(
    'Package: a\nPin: version 1\nPin-Priority: 1001\n\nPackage: b\nPin: version 2:3-4\nPin-Priority: 1001\n',
  );
});

test.each([
  [undefined, ['a=1'], undefined],
  [['a=1'], ['a=1'], undefined],
  [['a=1', 'b=1'], ['a=2', 'b=1'], 'mayfly.lock has a=1, for which bookworm has a=2'],
  [['a=1'], ['a=1', 'c=1'], 'mayfly.lock has nothing, for which bookworm has c=1'],
  [
    ['a=1', 'b=1', 'c=1', 'd=1', 'e=1'],
    ['a=1'],
    'mayfly.lock has b=1, c=1, d=1 and 1 more, for which bookworm has nothing',
  ],
])('R9 locked %j, there is %j', (locked, resolved, message) => {
  const attempt = (): void => requireLocked(locked, resolved, 'bookworm');
  if (message === undefined) expect(attempt).not.toThrow();
  else expect(attempt).toThrow(expect.objectContaining({ code: 'IMAGE_NOT_FOUND', message }));
});
