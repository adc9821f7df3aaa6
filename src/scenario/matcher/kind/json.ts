import { documentMatcher } from '../document-matcher.ts';
import { parseJsonFact } from '../parse-document.ts';

/** Text read as JSON, or a value that is JSON already: what a JSONPath (RFC 9535) selects of it. */
export const json = documentMatcher('json', async () => parseJsonFact);
