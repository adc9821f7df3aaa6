/** `--chmod`: octal, or as chmod(1) has it: `u=rwX,go=rX`. */
export function parseModeChange(text: string): (mode: number, isDirectory: boolean) => number {
  if (/^[0-7]{1,4}$/.test(text)) {
    const mode = Number.parseInt(text, 8);
    return () => mode;
  }
  const clauses = text.split(',').map(parseClause);
  return (mode, isDirectory) => clauses.reduce((at, apply) => apply(at, isDirectory), mode);
}

const shifts: Readonly<Record<string, number>> = { u: 6, g: 3, o: 0 };

function parseClause(text: string): (mode: number, isDirectory: boolean) => number {
  const match = /^([ugoa]*)((?:[-+=][rwxXst]*)+)$/.exec(text);
  if (match === null) throw new Error(`\`${text}\` is no mode such as 755 or u=rwX,go=rX`);
  const [, who = '', actions = ''] = match;
  const whose = who === '' || who.includes('a') ? 'ugo' : who;
  const steps = [...actions.matchAll(/([-+=])([rwxXst]*)/g)];
  return (mode, isDirectory) =>
    steps.reduce((at, [, operator = '', permissions = '']) => {
      const bits = bitsOf(whose, permissions, at, isDirectory);
      if (operator === '+') return at | bits;
      if (operator === '-') return at & ~bits;
      return (at & ~bitsOf(whose, 'rwxst', at, isDirectory)) | bits;
    }, mode);
}

function bitsOf(whose: string, permissions: string, mode: number, isDirectory: boolean): number {
  const runs =
    permissions.includes('x') || (permissions.includes('X') && (isDirectory || (mode & 0o111) !== 0));
  const three = (permissions.includes('r') ? 4 : 0) | (permissions.includes('w') ? 2 : 0) | (runs ? 1 : 0);
  let bits = 0;
  for (const letter of new Set(whose)) bits |= three << (shifts[letter] ?? 0);
  if (permissions.includes('s'))
    bits |= (whose.includes('u') ? 0o4000 : 0) | (whose.includes('g') ? 0o2000 : 0);
  if (permissions.includes('t') && whose === 'ugo') bits |= 0o1000;
  return bits;
}
