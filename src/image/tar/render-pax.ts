/** `LENGTH KEY=VALUE\n`, where the length counts its own digits (IEEE 1003.1, "pax Extended Header"). Values may be any bytes. */
export function renderPaxRecords(records: readonly (readonly [string, string | Uint8Array])[]): Uint8Array {
  return Buffer.concat(records.map(([key, value]) => renderRecord(key, Buffer.from(value))));
}

function renderRecord(key: string, value: Uint8Array): Uint8Array {
  const bare = Buffer.byteLength(key) + value.length + 3;
  let length = bare + String(bare).length;
  if (bare + String(length).length !== length) length = bare + String(length).length;
  return Buffer.concat([Buffer.from(`${length} ${key}=`), value, Buffer.from('\n')]);
}
