import { EVENT_ID, type Event, parseEvents, YAMLException } from 'js-yaml';
import type { Findings } from '../findings.ts';
import type { LoadLimits } from '../limits.ts';
import type { SourceText } from '../source-text.ts';
import { composeDocument } from './compose-document.ts';
import { explainSyntaxError } from './explain-syntax-error.ts';
import type { YamlDocument } from './yaml-node.ts';

/** Every YAML document of a file. A document that cannot be parsed is reported, and the others are still read. */
export function parseDocuments(
  source: SourceText,
  limits: LoadLimits,
  findings: Findings,
): readonly YamlDocument[] {
  const streams = splitDocuments(readEvents(source, limits, findings));
  if (streams.length > limits.documents) {
    const span = { start: 0, end: 1 };
    findings.error(
      'SCENARIO_LIMIT',
      `the file holds ${streams.length} documents; the limit \`documents\` is ${limits.documents}`,
      span,
    );
    return [];
  }
  const documents: YamlDocument[] = [];
  for (const events of streams) {
    const root = composeDocument(events, { source, limits, findings, document: documents.length });
    if (root !== undefined) documents.push({ index: documents.length, root });
  }
  return documents;
}

/**
 * The parser stops at its first error. What is around the broken document is read nevertheless: the broken one is blanked
 * out, place by place, and the rest parsed again.
 */
function readEvents(source: SourceText, limits: LoadLimits, findings: Findings): readonly Event[] {
  let text = source.text;
  for (let attempt = 0; attempt <= limits.documents; attempt += 1) {
    try {
      return parseEvents(text, { filename: source.file, maxDepth: limits.depth });
    } catch (error) {
      if (!(error instanceof YAMLException)) throw error;
      explainSyntaxError(error, source, limits, findings);
      const blanked = withoutDocumentAt(text, error.mark?.position ?? 0);
      if (blanked === undefined) return [];
      text = blanked;
    }
  }
  return [];
}

function withoutDocumentAt(text: string, position: number): string | undefined {
  const markers = [...text.matchAll(/^(?:---|\.\.\.)(?=\s|$)/gm)].map((match) => match.index);
  if (markers.length === 0) return undefined;
  const start = markers.filter((index) => index < position).at(-1) ?? 0;
  const end = markers.find((index) => index > start && index >= position) ?? text.length;
  const broken = text.slice(start, end);
  const blank = broken.replace(/[^\r\n]/g, ' ');
  if (blank === broken) return undefined;
  return text.slice(0, start) + blank + text.slice(end);
}

function splitDocuments(events: readonly Event[]): readonly (readonly Event[])[] {
  const streams: Event[][] = [];
  for (const event of events) {
    if (event.type === EVENT_ID.DOCUMENT) streams.push([]);
    else streams.at(-1)?.push(event);
  }
  return streams;
}
