// Whether what was skipped is what spec/expected-skips.txt says, on the machines for which it says it: root on Debian 12.
import { readFileSync } from 'node:fs';

const list = 'spec/expected-skips.txt';

/** A problem for each test that skipped unexpectedly, and for each that was expected to and did not. */
export function explainSkips(
  skips,
  { isReference = isRootOnDebian12(), text = readFileSync(list, 'utf8') } = {},
) {
  if (!isReference) {
    for (const skip of skips) console.log(`skipped: ${skip}`);
    return [];
  }
  const expected = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return [
    ...skips
      .filter((skip) => !expected.includes(skip))
      .map((skip) => `skipped, and is not in ${list}: ${skip}`),
    ...expected
      .filter((line) => !skips.includes(line))
      .map((line) => `is in ${list}, and did not skip: ${line}`),
  ];
}

function isRootOnDebian12() {
  if (process.platform !== 'linux' || process.getuid() !== 0) return false;
  const text = readFileSync('/etc/os-release', 'utf8');
  return /^ID=debian$/m.test(text) && /^VERSION_ID="12"$/m.test(text);
}
