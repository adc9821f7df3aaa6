import { isJsonObject, type Json } from '../../core/json.ts';

/** `owner: 1000` asks for the number, `owner: postgres` for the name. */
export function mentionsNumber(matcher: Json | undefined): boolean {
  if (typeof matcher === 'number') return true;
  if (Array.isArray(matcher)) return matcher.some(mentionsNumber);
  return isJsonObject(matcher) && Object.values(matcher).some(mentionsNumber);
}
