import { faultWords } from '../../core/fault.ts';
import { isJsonObject, type Json } from '../../core/json.ts';
import { below } from '../load/json-pointer.ts';

interface ServiceAt {
  readonly name: Json;
  readonly pointer: string;
}

/** Every place of a fault's value that names a service, as written. */
export function servicesOfFault(value: Json | undefined, pointer: string): readonly ServiceAt[] {
  if (!isJsonObject(value)) return [];
  return faultWords.flatMap((word) => {
    const operand = value[word];
    if (operand === undefined) return [];
    const at = below(pointer, word);
    if (!isJsonObject(operand)) return textsIn(operand, at);
    return ['service', 'from', 'to'].flatMap((key) => textsIn(operand[key] ?? [], below(at, key)));
  });
}

/** A text, or those of a list, or of a list of lists. */
function textsIn(value: Json, pointer: string): readonly ServiceAt[] {
  if (Array.isArray(value)) return value.flatMap((item: Json, index) => textsIn(item, below(pointer, index)));
  return [{ name: value, pointer }];
}
