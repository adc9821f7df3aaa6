import type { SourceLocation } from '../../../core/source-location.ts';
import type { LoadLimits } from '../limits.ts';
import type { Span } from '../source-text.ts';
import type { YamlNode } from '../yaml/yaml-node.ts';
import type { LinkedFile, LinkedFiles, ReportLink } from './linked-files.ts';

/** A file of the document being put together, and from where its paths count. */
export interface FilePart {
  readonly directory: string;
  /** Files that led here, itself last. */
  readonly chain: readonly string[];
  /** With what it includes; what its own `extends` can name. */
  root: YamlNode;
}

/** One document while its `include` and `extends` are followed. */
export interface Linking {
  readonly files: LinkedFiles;
  readonly limits: LoadLimits;
  readonly report: ReportLink;
  readonly locate: (span: Span) => SourceLocation;
  readonly parts: Map<LinkedFile, FilePart>;
  /** In which file a service was written: its `extends` counts from there. */
  readonly owners: Map<YamlNode, FilePart>;
}
