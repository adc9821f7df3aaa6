import { isJsonObject, type Json, type JsonObject } from '../../../core/json.ts';
import { has, itemsOf, textOf } from '../json-access.ts';
import { below } from '../json-pointer.ts';
import type { LoadedDocument } from '../loaded-document.ts';

const highestPort = 65_535;

/** Ports exist, and no two services want the same one of this machine. `published` is what was seen so far. */
export function checkPorts(
  document: LoadedDocument,
  service: JsonObject,
  pointer: string,
  published: Map<string, string>,
): void {
  for (const key of ['ports', 'expose']) {
    for (const [index, entry] of itemsOf(service[key]).entries()) {
      const at = below(pointer, key, index);
      const port = parsePort(entry, key === 'ports');
      if (port === undefined) continue;
      checkNumbers(document, port, at);
      if (port.host !== undefined && port.host.first !== 0)
        checkTaken(document, port, port.host, at, published);
    }
  }
}

/** A port, or a range of them. */
interface Range {
  readonly first: number;
  readonly last: number;
}

interface Port {
  readonly address: string;
  readonly host: Range | undefined;
  readonly container: Range;
  readonly protocol: string;
}

function checkNumbers(document: LoadedDocument, { host, container }: Port, at: string): void {
  const numbers = [container.first, container.last, ...(host === undefined ? [] : [host.first, host.last])];
  const wrong = numbers.find((number) => number > highestPort) ?? (container.first === 0 ? 0 : undefined);
  if (wrong === undefined) {
    checkRanges(document, { host, container }, at);
    return;
  }
  document.error(
    'SCENARIO_WRONG_VALUE',
    `there is no port ${wrong}`,
    document.valueSpan(at),
    at,
    `ports are 1 to ${highestPort}`,
  );
}

function checkRanges(
  document: LoadedDocument,
  { host, container }: Pick<Port, 'host' | 'container'>,
  at: string,
): void {
  const backwards = [container, host].find((range) => range !== undefined && range.last < range.first);
  if (backwards !== undefined) {
    document.error(
      'SCENARIO_WRONG_VALUE',
      `the range ${backwards.first}-${backwards.last} runs backwards`,
      document.valueSpan(at),
      at,
      'write the lower port first',
    );
  } else if (host !== undefined && lengthOf(container) !== 1 && lengthOf(host) !== lengthOf(container)) {
    document.error(
      'SCENARIO_WRONG_VALUE',
      'the two ranges are not equally long',
      document.valueSpan(at),
      at,
      'write as many ports on both sides, or leave the host side out for any free ones',
    );
  }
}

const lengthOf = ({ first, last }: Range): number => last - first + 1;

function checkTaken(
  document: LoadedDocument,
  { address, protocol }: Port,
  { first, last }: Range,
  at: string,
  published: Map<string, string>,
): void {
  for (let number = first; number <= Math.min(last, highestPort); number += 1) {
    const identity = `${address}:${number}/${protocol}`;
    const before = published.get(identity);
    if (before === undefined) {
      published.set(identity, at);
      continue;
    }
    const { line } = document.source.locate(document.valueSpan(before).start);
    document.error(
      'SCENARIO_CONFLICT',
      `port ${number} of this machine is already published on line ${line}`,
      document.valueSpan(at),
      at,
      'choose another port, or leave it out for any free one',
    );
    return;
  }
}

function parsePort(entry: Json, canPublish: boolean): Port | undefined {
  if (isJsonObject(entry)) {
    return {
      address: textOf(entry.host_ip) ?? '127.0.0.1',
      host: has(entry, 'published') ? parseRange(String(entry.published)) : undefined,
      container: parseRange(String(entry.target).replace(/\/(?:tcp|udp)$/, '')) ?? { first: 1, last: 1 },
      protocol: textOf(entry.protocol) ?? 'tcp',
    };
  }
  const parts = /^(?:(?:(.+):)?([\d-]*):)?([\d-]+)(?:\/(tcp|udp))?$/.exec(textOf(entry) ?? '');
  const container = parseRange(parts?.[3] ?? '');
  if (parts === null || container === undefined) return undefined;
  const [, address = '127.0.0.1', host = '', , protocol = 'tcp'] = parts;
  return { address, host: canPublish ? parseRange(host) : undefined, container, protocol };
}

function parseRange(text: string): Range | undefined {
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  return first === undefined ? undefined : { first: Number(first), last: Number(last) };
}
