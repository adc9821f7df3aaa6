import { didYouMean } from '../../core/did-you-mean.ts';
import { dockerfileError } from './dockerfile/dockerfile-error.ts';
import type { Dockerfile, Instruction } from './dockerfile/instruction.ts';
import { parseInstruction } from './dockerfile/parse-instruction.ts';
import type { Declaration, ParsedInstruction } from './dockerfile/parsed-instruction.ts';

export interface PlannedInstruction {
  readonly written: Instruction;
  readonly parsed: ParsedInstruction;
}

export interface PlannedStage {
  readonly index: number;
  /** Lower case; undefined: only its number names it. */
  readonly name: string | undefined;
  readonly from: Instruction;
  /** As written; variables in it are those of ARGs before the first FROM. */
  readonly image: string;
  readonly platform: string | undefined;
  readonly instructions: readonly PlannedInstruction[];
}

export interface PlannedDockerfile {
  readonly file: Dockerfile;
  /** ARGs before the first FROM, in order. */
  readonly globals: readonly { readonly written: Instruction; readonly declaration: Declaration }[];
  readonly stages: readonly PlannedStage[];
}

/** Parts a Dockerfile into its stages, and judges every instruction of it, also of stages that are not built. */
export function planStages(file: Dockerfile): PlannedDockerfile {
  const globals: { written: Instruction; declaration: Declaration }[] = [];
  const stages: { from: Instruction; parsed: FromInstruction; instructions: PlannedInstruction[] }[] = [];
  for (const written of file.instructions) {
    const parsed = parseInstruction(written, file.escapeCharacter, file.file);
    if (parsed.kind === 'from') {
      stages.push({ from: written, parsed, instructions: [] });
      continue;
    }
    const stage = stages.at(-1);
    if (stage !== undefined) stage.instructions.push({ written, parsed });
    else if (parsed.kind === 'arg')
      globals.push(...parsed.declarations.map((declaration) => ({ written, declaration })));
    else
      throw dockerfileError(
        file.file,
        written,
        `${written.keyword} stands before the first FROM`,
        'begin with FROM; only ARG may stand before it',
      );
  }
  const last = file.instructions.at(-1);
  if (stages.length === 0 && last !== undefined)
    throw dockerfileError(file.file, last, 'there is no FROM', 'begin with FROM, for example `FROM scratch`');
  return {
    file,
    globals,
    stages: stages.map(({ from, parsed, instructions }, index) => ({
      index,
      name: parsed.name,
      from,
      image: parsed.image,
      platform: parsed.platform,
      instructions,
    })),
  };
}

type FromInstruction = ParsedInstruction & { readonly kind: 'from' };

/** A stage by its name or number among `stages`, the later of two of one name. */
export function findStage(stages: readonly PlannedStage[], name: string): PlannedStage | undefined {
  const wanted = name.toLowerCase();
  return (
    stages.findLast((stage) => stage.name === wanted) ??
    (/^\d+$/.test(name) ? stages[Number(name)] : undefined)
  );
}

/**
 * `--from` of a number, of its own stage or of one that comes later is a mistake, and no image of that name: it would be fetched from
 * who knows where.
 */
export function refuseLaterStage(stages: readonly PlannedStage[], at: PlannedStage, name: string): void {
  if (findStage(stages.slice(0, at.index), name) !== undefined) return;
  const found = findStage(stages, name);
  if (found === at) throw new Error(`--from=${name} names the stage that it stands in`);
  if (found !== undefined) throw new Error(`--from=${name} names a stage that comes later`);
  if (/^\d+$/.test(name))
    throw new Error(`--from=${name} names no stage before this one: there are ${at.index}, counted from 0`);
}

export function requireTarget({ stages, file }: PlannedDockerfile, target: string | undefined): PlannedStage {
  const stage = target === undefined ? stages.at(-1) : findStage(stages, target);
  if (stage !== undefined) return stage;
  const names = stages.flatMap(({ name }) => name ?? []);
  const from = stages[0]?.from ?? { line: 1, source: '' };
  throw dockerfileError(
    file.file,
    from,
    `there is no stage \`${target}\``,
    didYouMean(target ?? '', names) ?? `stages are ${names.join(', ') || 'numbered from 0'}`,
  );
}
