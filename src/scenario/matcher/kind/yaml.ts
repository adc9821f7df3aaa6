import { documentMatcher } from '../document-matcher.ts';
import { openYamlParser } from '../parse-document.ts';

/** Text read as YAML (core schema, one document): what a JSONPath (RFC 9535) selects of it. */
export const yaml = documentMatcher('yaml', openYamlParser);
