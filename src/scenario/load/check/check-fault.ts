import { isJsonObject, type Json, type JsonObject } from '../../../core/json.ts';
import { parseDurationMs } from '../../../core/units.ts';
import { has, isStatic, itemsOf, memberOf, textOf } from '../json-access.ts';
import { below } from '../json-pointer.ts';
import type { LoadedDocument } from '../loaded-document.ts';
import type { StepAt } from '../steps-of.ts';

/** What the schema cannot say about a `fault` step (language.md R25). */
export function checkFault(document: LoadedDocument, { step, pointer }: StepAt): void {
  const fault = step.fault;
  const at = below(pointer, 'fault');
  if (!isJsonObject(fault)) return;
  if (!has(step, 'during') && !has(fault, 'for')) {
    document.error(
      'SCENARIO_MISSING_KEY',
      'a fault that lasts for no time at all',
      document.keySpan(at),
      pointer,
      'add steps to do `during:` it, or say how long inside of it (`for: 5s`)',
    );
  }
  if (fault.partition !== undefined) checkPartition(document, fault.partition, below(at, 'partition'));
  if (isJsonObject(fault.dns)) checkDns(document, fault.dns, below(at, 'dns'));
  if (isJsonObject(fault.delay)) checkJitter(document, fault.delay, below(at, 'delay'));
}

/** Nobody is on two sides, and there are two. */
function checkPartition(document: LoadedDocument, partition: Json, pointer: string): void {
  const sides = Array.isArray(partition)
    ? itemsOf(partition).map((group, index) => ({ group, at: below(pointer, index) }))
    : ['from', 'to'].map((key) => ({ group: memberOf(partition, key), at: below(pointer, key) }));
  if (sides.length === 1) {
    document.error(
      'SCENARIO_WRONG_VALUE',
      'a partition needs two groups at least',
      document.valueSpan(pointer),
      pointer,
      'write for example [[web], [db]]',
    );
  }
  const first = new Map<string, string>();
  for (const { group, at } of sides) {
    for (const [index, service] of itemsOf(group).entries()) {
      const name = textOf(service);
      if (name === undefined || !isStatic(name)) continue;
      const side = first.get(name) ?? at;
      first.set(name, side);
      if (side === at) continue;
      const place = below(at, index);
      document.error(
        'SCENARIO_CONFLICT',
        `\`${name}\` cannot be cut off from itself`,
        document.valueSpan(place),
        place,
        'name it on one side only',
      );
    }
  }
}

function checkDns(document: LoadedDocument, dns: JsonObject, pointer: string): void {
  const isSlow = dns.answer === 'slow';
  if (isSlow && !has(dns, 'by')) {
    const at = below(pointer, 'answer');
    const hint = 'add `by: 2s`';
    document.error(
      'SCENARIO_MISSING_KEY',
      'an answer that is slow needs to know by how much',
      document.valueSpan(at),
      at,
      hint,
    );
  }
  if (!isSlow && has(dns, 'by') && (dns.answer === undefined || isStatic(String(dns.answer)))) {
    const at = below(pointer, 'by');
    document.error(
      'SCENARIO_NO_EFFECT',
      '`by` has no effect here',
      document.keySpan(at),
      at,
      'add `answer: slow`',
    );
  }
}

function checkJitter(document: LoadedDocument, delay: JsonObject, pointer: string): void {
  const [byMs, jitterMs] = [delay.by, delay.jitter].map((text) => parseDurationMs(textOf(text) ?? ''));
  if (byMs === undefined || jitterMs === undefined || jitterMs <= byMs) return;
  const at = below(pointer, 'jitter');
  document.error(
    'SCENARIO_WRONG_VALUE',
    'packets cannot come before they are sent: the jitter is larger than the delay',
    document.valueSpan(at),
    at,
    'choose a jitter of at most `by`',
  );
}
