import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { i386Syscalls } from '../../../../src/engine/linux/seccomp/generated/syscalls-i386.ts';
import { x32Syscalls } from '../../../../src/engine/linux/seccomp/generated/syscalls-x32.ts';
import { x8664Syscalls } from '../../../../src/engine/linux/seccomp/generated/syscalls-x86-64.ts';

const headers = '/usr/include/x86_64-linux-gnu/asm';

const tables = [
  ['unistd_64.h', x8664Syscalls],
  ['unistd_32.h', i386Syscalls],
  ['unistd_x32.h', x32Syscalls],
] as const;

test.skipIf(!existsSync(`${headers}/unistd_64.h`)).each(tables)(
  'every number of %s is known',
  (header, table) => {
    const lines = readFileSync(`${headers}/${header}`, 'utf8').matchAll(
      /^#define __NR_(\w+) \(?(?:__X32_SYSCALL_BIT \+ )?(\d+)\)?$/gm,
    );
    const here = Object.fromEntries([...lines].map(([, name, number]) => [name, Number(number)]));
    expect(Object.keys(here).length).toBeGreaterThan(300);
    expect(table).toMatchObject(here);
  },
);
