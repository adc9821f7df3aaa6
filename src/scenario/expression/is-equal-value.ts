import { isJsonObject, type Json } from '../../core/json.ts';

/**
 * `==` of the language: values of one type are compared whole. A number and a text are equal when the text is that number
 * written down, and likewise a boolean, since captures and `--var` give texts: `steps.count.rows == 3`.
 */
export function isEqualValue(left: Json, right: Json): boolean {
  if (typeof left === 'string' && (typeof right === 'number' || typeof right === 'boolean')) {
    return left === String(right);
  }
  if (typeof right === 'string' && (typeof left === 'number' || typeof left === 'boolean')) {
    return right === String(left);
  }
  if (Array.isArray(left) && Array.isArray(right)) {
    return (
      left.length === right.length && left.every((entry, index) => isEqualValue(entry, right[index] ?? null))
    );
  }
  if (isJsonObject(left) && isJsonObject(right)) {
    const keys = Object.keys(left);
    return (
      keys.length === Object.keys(right).length &&
      keys.every((key) => Object.hasOwn(right, key) && isEqualValue(left[key] ?? null, right[key] ?? null))
    );
  }
  return left === right;
}
