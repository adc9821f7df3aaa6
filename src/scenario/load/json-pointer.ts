/** RFC 6901. */
export function pointerSegments(pointer: string): readonly string[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function below(pointer: string, ...segments: readonly (string | number)[]): string {
  return segments.reduce<string>((path, segment) => `${path}/${escaped(segment)}`, pointer);
}

const special = /[~/]/;

/** Asks before it replaces: loading makes hundreds of pointers per file, and next to none has anything to escape. */
function escaped(segment: string | number): string | number {
  if (typeof segment === 'number' || !special.test(segment)) return segment;
  return segment.replaceAll('~', '~0').replaceAll('/', '~1');
}

export function parentOf(pointer: string): string {
  return pointer.slice(0, Math.max(0, pointer.lastIndexOf('/')));
}

export function isAtOrBelow(pointer: string, ancestor: string): boolean {
  return pointer === ancestor || pointer.startsWith(`${ancestor}/`);
}
