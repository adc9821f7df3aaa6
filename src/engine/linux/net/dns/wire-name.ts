const mostNameBytes = 255;
const mostLabelBytes = 63;

/** Where the name at `at` ends; undefined if it does not. A pointer ends a name and is never followed: no loop is possible. */
export function skipName(view: Buffer, at: number): number | undefined {
  for (let next = at; next < view.length; ) {
    const length = view.readUInt8(next);
    if (length === 0) return next + 1;
    if (length >= 0xc0) return next + 2 <= view.length ? next + 2 : undefined;
    if (length > mostLabelBytes || next - at + length + 1 > mostNameBytes) return undefined;
    next += length + 1;
  }
  return undefined;
}

export interface WireName {
  readonly name: string;
  readonly next: number;
}

/** The name at `at`, which must stand there whole: a question is the first name of a message, there is nothing to point to. */
export function parseName(view: Buffer, at: number): WireName | undefined {
  const labels: string[] = [];
  for (let next = at; next < view.length; ) {
    const length = view.readUInt8(next);
    if (length === 0) return { name: labels.join('.'), next: next + 1 };
    const end = next + 1 + length;
    // The name's own length counts every label with its length byte, and the final zero.
    if (length > mostLabelBytes || end >= view.length || end + 1 - at > mostNameBytes) return undefined;
    labels.push(renderLabel(view.subarray(next + 1, end)));
    next = end;
  }
  return undefined;
}

/** RFC 1035 5.1 for bytes that a name written as text cannot hold. */
function renderLabel(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    if (character === '.' || character === '\\') text += `\\${character}`;
    else if (byte > 0x20 && byte < 0x7f) text += character.toLowerCase();
    else text += `\\${String(byte).padStart(3, '0')}`;
  }
  return text;
}

/** Undefined for what no wire name can hold. Plain names only: those Mayfly gives out have no escapes. */
export function encodeName(name: string): Uint8Array | undefined {
  const labels =
    name === ''
      ? []
      : name
          .replace(/\.$/, '')
          .split('.')
          .map((label) => Buffer.from(label, 'latin1'));
  if (labels.some((label) => label.length === 0 || label.length > mostLabelBytes)) return undefined;
  const bytes = Buffer.concat([
    ...labels.flatMap((label) => [Uint8Array.of(label.length), label]),
    Uint8Array.of(0),
  ]);
  return bytes.length > mostNameBytes ? undefined : bytes;
}
