import { expect, test } from 'vitest';
import { machineOf } from '../../../../src/engine/linux/seccomp/architectures.ts';
import { compileProfile } from '../../../../src/engine/linux/seccomp/compile-profile.ts';
import { defaultProfile } from '../../../../src/engine/linux/seccomp/default-profile.ts';
import { parseProfile } from '../../../../src/engine/linux/seccomp/parse-profile.ts';
import { filterKey, precompiledDefault } from '../../../../src/engine/linux/seccomp/precompiled.ts';

/** What services usually have: Docker's default set, of which one capability counts here, and nothing at all. */
const usualSets: readonly (readonly string[])[] = [['SYS_CHROOT'], []];

test('the filters in the source are those of the default profile (`-u` writes them)', async () => {
  const lines = ['x64', 'arm64'].flatMap((nodeArch) =>
    usualSets.map((capabilities) => {
      const { goArch, filter } = compiled(nodeArch, capabilities);
      return `  '${filterKey(goArch, capabilities)}': '${Buffer.from(filter).toString('base64')}',\n`;
    }),
  );
  const source = `/** Written by spec/engine/linux/seccomp/precompiled.spec.ts; by architecture and capabilities. */
export const defaultFilters: Readonly<Record<string, string>> = {\n${lines.join('')}};\n`;
  await expect(source).toMatchFileSnapshot(
    '../../../../src/engine/linux/seccomp/generated/default-filters.ts',
  );
});

test('capabilities that make no difference to the profile find the same filter', () => {
  expect(precompiledDefault('amd64', ['CHOWN', 'SYS_CHROOT', 'KILL'])).toEqual({
    flags: 0,
    filter: compiled('x64', ['SYS_CHROOT']).filter,
  });
  expect(precompiledDefault('amd64', ['SYS_ADMIN'])).toBeUndefined();
});

function compiled(
  nodeArch: string,
  capabilities: readonly string[],
): { readonly goArch: string; readonly filter: Uint8Array } {
  const machine = machineOf(nodeArch);
  if (machine === undefined) throw new Error(`no machine ${nodeArch}`);
  const profile = parseProfile(defaultProfile, machine.abis[0]?.name ?? '');
  const { filter } = compileProfile(
    profile,
    { capabilities, goArch: machine.goArch, kernelRelease: '6.0' },
    machine,
  );
  return { goArch: machine.goArch, filter };
}
