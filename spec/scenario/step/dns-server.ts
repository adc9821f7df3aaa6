import type { Duplex } from 'node:stream';

const types: Readonly<Record<number, string>> = {
  1: 'A',
  12: 'PTR',
  15: 'MX',
  16: 'TXT',
  28: 'AAAA',
  33: 'SRV',
};

/** Labels with their lengths, and at the end a pointer or nothing (RFC 1035 4.1.4). */
function name(text: string, pointer?: number): Buffer {
  const labels = text.split('.').flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)]);
  const end = pointer === undefined ? [0] : [0xc0 | (pointer >> 8), pointer & 0xff];
  return Buffer.concat([...labels, Buffer.from(end)]);
}

const numbers = (...values: readonly number[]): Buffer =>
  Buffer.from(values.flatMap((value) => [value >> 8, value & 0xff]));

const records: Readonly<Record<string, readonly Buffer[]>> = {
  'db A': [Buffer.from([10, 0, 0, 2]), Buffer.from([10, 0, 0, 3])],
  'db AAAA': [Buffer.from([0xfd, ...Array.from({ length: 14 }, () => 0), 1])],
  'db MX': [Buffer.concat([numbers(10), name('mail.example')])],
  'db SRV': [Buffer.concat([numbers(1, 2, 5432), name('db.example')])],
  'db TXT': [Buffer.concat([Buffer.from([4]), Buffer.from('two '), Buffer.from([5]), Buffer.from('parts')])],
  // The name of the answer points to that of the question.
  '2.0.0.10.in-addr.arpa PTR': [name('db')],
};

/** A name server of a few records that speaks TCP, and answers byte by byte. */
export function dnsServer(connection: Duplex): void {
  connection.once('data', (query: Buffer) => {
    const answer = answerTo(query.subarray(2));
    const framed = Buffer.concat([numbers(answer.length), answer]);
    for (const byte of framed) connection.write(Buffer.from([byte]));
  });
}

function answerTo(query: Buffer): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = query.readUInt8(at); length !== 0; length = query.readUInt8(at)) {
    labels.push(query.subarray(at + 1, at + 1 + length).toString());
    at += 1 + length;
  }
  const question = query.subarray(12, at + 5);
  const type = query.readUInt16BE(at + 1);
  const asked = labels.join('.');
  const isKnown = Object.keys(records).some((key) => key.startsWith(`${asked} `));
  const found = records[`${asked} ${types[type]}`] ?? [];
  const header = Buffer.concat([
    query.subarray(0, 2),
    Buffer.from([0x81, isKnown ? 0x80 : 0x83]),
    numbers(1, found.length, 0, 0),
  ]);
  const answers = found.map((data) => Buffer.concat([numbers(0xc00c, type, 1, 0, 60, data.length), data]));
  return Buffer.concat([header, question, ...answers]);
}
