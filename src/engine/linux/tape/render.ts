import { renderNumber } from './field-flags.ts';
import { noSlot, type Op, type Tape } from './op.ts';
import { opLayout } from './op-layout.ts';
import type { FieldType } from './op-table.ts';

const kindWidth = 18;
const mostTextLength = 120;
const socketFilterBytes = 8;

/** For `mayfly explain`: one line per operation, nested tapes indented below theirs. */
export function renderTape(tape: Tape): string {
  return renderLines(tape, '').join('\n');
}

function renderLines(tape: Tape, indent: string): readonly string[] {
  const width = String(Math.max(0, tape.length - 1)).length;
  return tape.flatMap((op, index) => {
    const head = `${indent}${String(index).padStart(width)}  ${renderOp(op)}`;
    return op.kind === 'clone' ? [head, ...renderLines(op.tape, `${indent}    `)] : [head];
  });
}

/** `open              dir=s4 path=etc/hosts flags=O_CREAT|O_CLOEXEC mode=0644 resolve=0 into=s9`. */
export function renderOp(op: Op): string {
  const values: Readonly<Record<string, unknown>> = op;
  const fields = opLayout(op.kind).fields.map(
    ({ name, type }) => `${name}=${renderField(op.kind, name, type, values[name])}`,
  );
  return `${op.kind.padEnd(kindWidth - 1)} ${fields.join(' ')}`.trimEnd();
}

function renderField(kind: string, name: string, type: FieldType, value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') {
    if (type === 'slot') return value === noSlot ? '-' : `s${value}`;
    return renderNumber(kind, name, value);
  }
  if (typeof value === 'string') return renderText(value);
  if (value instanceof Uint8Array) return renderBytes(kind, name, value);
  if (type === 'tape' && Array.isArray(value)) return `${value.length} operations`;
  if (Array.isArray(value)) return `[${value.map((text) => renderText(String(text))).join(' ')}]`;
  return '?';
}

function renderText(text: string): string {
  const shown = text.length > mostTextLength ? `${text.slice(0, mostTextLength)}…` : text;
  return /^[\w./:=,@%+-]+$/.test(shown) ? shown : JSON.stringify(shown);
}

function renderBytes(kind: string, name: string, bytes: Uint8Array): string {
  if (kind === 'seccomp') return `${bytes.length / socketFilterBytes} instructions`;
  if (kind === 'setGroups') return renderGids(bytes);
  const isText = name === 'data' && bytes.every((byte) => byte === 10 || (byte >= 32 && byte < 127));
  return isText ? renderText(Buffer.from(bytes).toString('latin1')) : `${bytes.length} bytes`;
}

function renderGids(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const gids = Array.from({ length: bytes.length / 4 }, (_, index) => view.getUint32(index * 4, true));
  return `[${gids.join(' ')}]`;
}
