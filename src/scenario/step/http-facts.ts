import type { IncomingHttpHeaders } from 'node:http';

/** Names in lower case to values; several of one name are joined, as RFC 9110 (5.3) allows, but for cookies, which go by line. */
export function headersFact(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join('\n') : value]],
    ),
  );
}
