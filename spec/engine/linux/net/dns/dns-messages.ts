import { encodeName } from '../../../../../src/engine/linux/net/dns/wire-name.ts';
import { present } from '../network-builders.ts';

export interface QueryFields {
  readonly id: number;
  readonly flags: number;
  readonly name: string;
  readonly type: number;
  readonly class: number;
  /** With an EDNS record that offers this size. */
  readonly udpBytes?: number;
  readonly ednsVersion?: number;
}

const defaults: QueryFields = { id: 0x1234, flags: 0x0100, name: 'db', type: 1, class: 1 };

export function queryBytes(fields: Partial<QueryFields> = {}): Buffer {
  const { id, flags, name, type, class: questionClass, udpBytes, ednsVersion } = { ...defaults, ...fields };
  const header = u16(id, flags, 1, 0, 0, udpBytes === undefined ? 0 : 1);
  const question = Buffer.concat([present(encodeName(name), name), u16(type, questionClass)]);
  const opt =
    udpBytes === undefined
      ? []
      : [Buffer.from([0]), u16(41, udpBytes), Buffer.from([0, ednsVersion ?? 0, 0, 0]), u16(0)];
  return Buffer.concat([header, question, ...opt]);
}

export function u16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [at, value] of values.entries()) bytes.writeUInt16BE(value, at * 2);
  return bytes;
}
