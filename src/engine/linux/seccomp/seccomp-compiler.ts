import type { SeccompChoice } from '../../../core/container.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { Machine } from './architectures.ts';
import { compileProfile, requireMachine } from './compile-profile.ts';
import { defaultProfile } from './default-profile.ts';
import { parseProfile } from './parse-profile.ts';
import { precompiledDefault } from './precompiled.ts';
import type { SeccompProgram } from './seccomp-program.ts';

export interface SeccompHost {
  /** Node's `process.arch`. */
  readonly arch: string;
  /** `uname -r`. */
  readonly kernelRelease: string;
}

/** Compiles each profile once per set of capabilities. One per engine. */
export class SeccompCompiler {
  readonly #machine: Machine;
  readonly #kernelRelease: string;
  readonly #programs = new WeakMap<JsonObject, Map<string, SeccompProgram>>();

  constructor({ arch, kernelRelease }: SeccompHost) {
    this.#machine = requireMachine(arch);
    this.#kernelRelease = kernelRelease;
  }

  /** Undefined: no filter is wanted. */
  compile(choice: SeccompChoice, capabilities: readonly string[]): SeccompProgram | undefined {
    if (choice.kind === 'unconfined') return undefined;
    const json = choice.kind === 'default' ? defaultProfile : choice.profile;
    const programs = this.#programsOf(json);
    const key = capabilities.toSorted().join(' ');
    const known = programs.get(key);
    if (known !== undefined) return known;
    const program = this.#precompiled(choice, capabilities) ?? this.#compile(json, capabilities);
    programs.set(key, program);
    return program;
  }

  #compile(json: JsonObject, capabilities: readonly string[]): SeccompProgram {
    const { goArch, abis } = this.#machine;
    const profile = parseProfile(json, abis[0]?.name ?? '');
    return compileProfile(
      profile,
      { capabilities, goArch, kernelRelease: this.#kernelRelease },
      this.#machine,
    );
  }

  #precompiled(choice: SeccompChoice, capabilities: readonly string[]): SeccompProgram | undefined {
    return choice.kind === 'default' ? precompiledDefault(this.#machine.goArch, capabilities) : undefined;
  }

  #programsOf(json: JsonObject): Map<string, SeccompProgram> {
    const known = this.#programs.get(json);
    if (known !== undefined) return known;
    const fresh = new Map<string, SeccompProgram>();
    this.#programs.set(json, fresh);
    return fresh;
  }
}
