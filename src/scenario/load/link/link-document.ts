import type { SourceLocation } from '../../../core/source-location.ts';
import type { Findings } from '../findings.ts';
import type { LoadLimits } from '../limits.ts';
import type { Span } from '../source-text.ts';
import type { YamlDocument } from '../yaml/yaml-node.ts';
import { memberOfNode } from './edit-nodes.ts';
import { extendServices } from './extend-services.ts';
import { includeFiles } from './include-files.ts';
import type { LinkedFiles } from './linked-files.ts';
import type { FilePart, Linking } from './linking.ts';

export interface LinkInput {
  readonly files: LinkedFiles;
  readonly limits: LoadLimits;
  readonly findings: Findings;
  readonly locate: (span: Span) => SourceLocation;
}

/** The document as a whole: with the files it includes and the services it extends (R26). */
export function linkDocument(document: YamlDocument, input: LinkInput): YamlDocument {
  const { files, limits, findings, locate } = input;
  if (!hasLinks(document)) return document;
  const linking: Linking = {
    files,
    limits,
    locate,
    report: (code, message, span, hint) =>
      findings.error(code, message, span, {
        document: document.index,
        ...(hint === undefined ? {} : { hint }),
      }),
    parts: new Map(),
    owners: new Map(),
  };
  const main: FilePart = { directory: files.directory, chain: [files.path], root: document.root };
  main.root = includeFiles(document.root, main, linking);
  return { ...document, root: extendServices(main, linking) };
}

function hasLinks({ root }: YamlDocument): boolean {
  if (memberOfNode(root, 'include') !== undefined) return true;
  const services = memberOfNode(root, 'services');
  if (services?.kind !== 'map') return false;
  return [...services.entries.values()].some(({ value }) => memberOfNode(value, 'extends') !== undefined);
}
