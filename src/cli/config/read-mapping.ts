import type { ErrorCode } from '../../core/error-catalogue.ts';
import { isJsonObject } from '../../core/json.ts';
import { MayflyErrors } from '../../core/mayfly-error.ts';
import { Findings } from '../../scenario/load/findings.ts';
import { defaultLimits } from '../../scenario/load/limits.ts';
import { LoadedDocument } from '../../scenario/load/loaded-document.ts';
import { SourceText } from '../../scenario/load/source-text.ts';
import { parseDocuments } from '../../scenario/load/yaml/parse-documents.ts';

/**
 * A YAML (or JSON) file that holds one mapping, with the places of its values; undefined if it holds nothing.
 *
 * @throws MayflyErrors with everything that is wrong, each at its place.
 */
export function readMapping<T>(
  file: string,
  text: string,
  code: ErrorCode,
  read: (document: LoadedDocument) => T,
): T | undefined {
  const source = new SourceText(file, text);
  const findings = new Findings(source);
  const start = { start: 0, end: 1 };
  if (Buffer.byteLength(text) > defaultLimits.fileBytes) {
    findings.error(
      code,
      `the file is too large; the limit \`fileBytes\` is ${defaultLimits.fileBytes}`,
      start,
    );
  }
  const [root, ...others] = findings.all.length > 0 ? [] : parseDocuments(source, defaultLimits, findings);
  if (others[0] !== undefined) findings.error(code, 'the file holds more than one document', others[0].root);
  const document = root === undefined ? undefined : new LoadedDocument(source, root, findings);
  if (document !== undefined && !isJsonObject(document.json) && document.json !== null) {
    findings.error(code, 'the file has to hold a mapping, `name: value`', document.valueSpan(''));
  }
  const value =
    document !== undefined && isJsonObject(document.json) && findings.all.length === 0
      ? read(document)
      : undefined;
  const errors = findings.toErrors('error');
  if (errors.length > 0) throw new MayflyErrors(errors);
  return value;
}
