import { isJsonObject } from '../../core/json.ts';
import { compileMatcher } from '../matcher/compile-matcher.ts';
import { textOrBytes } from '../step/text-or-bytes.ts';
import { notReady, ready, type WaitDefinition } from './wait-definition.ts';

/** A path exists, and its content is as it should be. */
export const waitForFile: WaitDefinition = {
  kind: 'file',
  async prepare(value, { service: { container }, limits }) {
    const path = String(isJsonObject(value) ? value.path : value);
    const wanted = isJsonObject(value) ? value.content : undefined;
    const matches = wanted === undefined ? undefined : await compileMatcher(wanted, { subject: 'content' });
    return {
      what: `file ${path}`,
      worksAfterEnd: true,
      async check() {
        if ((await container.stat(path)) === undefined) return notReady('not there');
        if (matches === undefined) return ready;
        const result = matches(textOrBytes(await container.readFile(path, limits.fileBytes)));
        return result.matched ? ready : notReady(`content ${result.mismatches[0]?.message ?? 'differs'}`);
      },
    };
  },
};
