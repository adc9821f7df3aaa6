import { describe, mismatch, verdict } from '../match-result.ts';
import type { Matcher } from '../matcher.ts';
import { invalid } from '../operand-problem.ts';
import { nameFact } from '../show-fact.ts';

/** Bytes with this SHA-256 digest, 64 hexadecimal digits, `sha256:` before them or not; text as its UTF-8. */
export const sha256: Matcher = {
  name: 'sha256',
  example: 'sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  validate: (operand, { isTemplate }) =>
    isTemplate(operand) || (typeof operand === 'string' && /^(?:sha256:)?[0-9a-f]{64}$/i.test(operand))
      ? []
      : [invalid('', '`sha256` takes 64 hexadecimal digits')],
  compile: async (operand) => {
    const { createHash } = await import('node:crypto');
    const wanted = String(operand).toLowerCase().replace('sha256:', '');
    const description = `sha256:${wanted}`;
    return describe(description, (fact) => {
      if (typeof fact !== 'string' && !(fact instanceof Uint8Array)) {
        const message = fact === undefined ? 'does not exist' : `is ${nameFact(fact)}, which has no bytes`;
        return mismatch(fact, message, description);
      }
      const found = createHash('sha256').update(fact).digest('hex');
      return verdict(found === wanted, () => mismatch(fact, `has the digest sha256:${found}`, description));
    });
  },
};
