/** In a message: what a process wrote last says more than its exit status. */
const shownLines = 3;
const shownCharacters = 400;

/** `message; its last words:` and below it the last lines: those of standard error, if there are any. */
export function withLastWords(
  message: string,
  stderr: readonly string[],
  stdout: readonly string[] = [],
): string {
  const lines = [stderr, stdout].map((all) => all.filter((line) => line.trim() !== '')).find(isFilled) ?? [];
  const shown = lines.slice(-shownLines).map((line) => `\n  ${line.slice(0, shownCharacters)}`);
  return shown.length === 0 ? message : `${message}; its last words:${shown.join('')}`;
}

function isFilled(lines: readonly string[]): boolean {
  return lines.length > 0;
}
