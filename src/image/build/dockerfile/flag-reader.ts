import type { InstructionFlag } from './instruction.ts';

/** The flags of one instruction; what nobody asked for is a mistake. */
export class FlagReader {
  readonly #flags: readonly InstructionFlag[];
  readonly #asked = new Set<string>();

  constructor(flags: readonly InstructionFlag[]) {
    this.#flags = flags;
  }

  text(name: string): string | undefined {
    const values = this.texts(name);
    if (values.length > 1) throw new Error(`--${name} is given twice`);
    return values[0];
  }

  texts(name: string): readonly string[] {
    this.#asked.add(name);
    return this.#flags
      .filter((flag) => flag.name === name)
      .map(({ value }) => {
        if (value === undefined || value === '') throw new Error(`--${name} needs a value`);
        return value;
      });
  }

  switch(name: string): boolean {
    return this.optionalSwitch(name) ?? false;
  }

  optionalSwitch(name: string): boolean | undefined {
    this.#asked.add(name);
    const flag = this.#flags.find((each) => each.name === name);
    if (flag === undefined) return undefined;
    if (flag.value === undefined || flag.value === 'true') return true;
    if (flag.value === 'false') return false;
    throw new Error(`--${name} is true or false`);
  }

  whole(name: string): number | undefined {
    const written = this.text(name);
    if (written === undefined) return undefined;
    if (!/^\d{1,9}$/.test(written)) throw new Error(`--${name} needs a whole number`);
    return Number(written);
  }

  refuseOthers(keyword: string): void {
    const unknown = this.#flags.find(({ name }) => !this.#asked.has(name));
    if (unknown !== undefined) throw new Error(`${keyword} has no flag \`--${unknown.name}\``);
  }
}
