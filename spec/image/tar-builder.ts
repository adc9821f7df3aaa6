/** Archives for tests, honest and hostile, block by block: real archivers refuse to write most of what is needed here. */
export interface TarPart {
  readonly name: string;
  /** The type flag; `0` (file) if absent. */
  readonly type?: string;
  readonly content?: string | Uint8Array;
  readonly link?: string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtime?: number;
  readonly pax?: Readonly<Record<string, string | Uint8Array>>;
  /** Instead of the content's length. */
  readonly size?: number;
  readonly badChecksum?: boolean;
  /** Changes the raw header before its checksum is computed. */
  readonly patch?: (header: Buffer) => void;
}

const block = 512;

export function buildTar(parts: readonly TarPart[]): Buffer {
  return Buffer.concat([...parts.map(buildPart), Buffer.alloc(2 * block)]);
}

export function buildPart(part: TarPart): Buffer {
  const content = Buffer.from(part.content ?? '');
  const name = Buffer.from(part.name);
  const pax = { ...part.pax };
  if (name.length > 100) pax.path = part.name;
  if (Buffer.byteLength(part.link ?? '') > 100) pax.linkpath = part.link ?? '';
  const extended = Object.keys(pax).length === 0 ? Buffer.alloc(0) : buildPax(pax);
  return Buffer.concat([extended, buildHeader(part, content.length), pad(content)]);
}

export function buildPax(records: Readonly<Record<string, string | Uint8Array>>, type = 'x'): Buffer {
  const content = Buffer.concat(
    Object.entries(records).map(([key, value]) => buildRecord(key, Buffer.from(value))),
  );
  return Buffer.concat([buildHeader({ name: 'PaxHeader', type }, content.length), pad(content)]);
}

function buildRecord(key: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from('\n')]);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function buildHeader(part: TarPart, contentBytes: number): Buffer {
  const header = Buffer.alloc(block);
  Buffer.from(part.name).copy(header, 0, 0, 100);
  octal(header, 100, 8, part.mode ?? (part.type === '5' ? 0o755 : 0o644));
  octal(header, 108, 8, part.uid ?? 0);
  octal(header, 116, 8, part.gid ?? 0);
  octal(header, 124, 12, part.size ?? contentBytes);
  octal(header, 136, 12, part.mtime ?? 1_700_000_000);
  header.write(part.type ?? '0', 156, 'latin1');
  Buffer.from(part.link ?? '').copy(header, 157, 0, 100);
  header.write('ustar\0' + '00', 257, 'latin1');
  part.patch?.(header);
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, part.badChecksum === true ? 1 : 0);
  octal(header, 148, 8, sum);
  return header;
}

function octal(header: Buffer, at: number, width: number, value: number): void {
  if (value < 8 ** (width - 1)) header.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, 'latin1');
  else {
    header[at] = 0x80;
    header.writeUIntBE(value, at + width - 6, 6);
  }
}

function pad(content: Buffer): Buffer {
  return Buffer.concat([content, Buffer.alloc((block - (content.length % block)) % block)]);
}

export async function* streamOf(bytes: Uint8Array, pieceBytes = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}
