import type { Masker } from '../mask/create-masker.ts';

/** In a message: what a process wrote last says more than its exit status. */
const shownLines = 3;
const shownCharacters = 400;

export interface Words {
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

/**
 * `message; its last words:` and below it the last lines: those of standard error, if there are any. They are masked before they
 * are cut: of a secret that is cut in two nobody would know the first half (language.md R8).
 */
export function withLastWords(message: string, { stdout, stderr }: Words, masker: Masker): string {
  const lines = [stderr, stdout].map((all) => all.filter((line) => line.trim() !== '')).find(isFilled) ?? [];
  const shown = lines.slice(-shownLines).map((line) => `\n  ${masker.text(line).slice(0, shownCharacters)}`);
  return shown.length === 0 ? message : `${message}; its last words:${shown.join('')}`;
}

function isFilled(lines: readonly string[]): boolean {
  return lines.length > 0;
}
