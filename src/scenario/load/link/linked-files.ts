import { dirname, join, normalize, relative } from 'node:path';
import type { ErrorCode } from '../../../core/error-catalogue.ts';
import { type Finding, Findings } from '../findings.ts';
import type { LoadLimits } from '../limits.ts';
import { SourceText, type Span } from '../source-text.ts';
import { parseDocuments } from '../yaml/parse-documents.ts';
import type { YamlNode } from '../yaml/yaml-node.ts';
import type { JoinedSources } from './joined-sources.ts';
import type { Links } from './links.ts';
import { rebasePaths } from './rebase-paths.ts';
import { shiftNodes, shiftSpan } from './shift-nodes.ts';

/** A file that was named, read and parsed. */
export interface LinkedFile {
  readonly path: string;
  readonly directory: string;
  /** With places among the joined sources, and paths that count from the main file's folder. */
  readonly root: YamlNode;
  /** What is wrong with its YAML. */
  readonly findings: readonly Finding[];
}

export type OpenedFile =
  | { readonly kind: 'file'; readonly file: LinkedFile }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly message: string; readonly hint?: string };

/** The files that the documents of one file name, each read once. */
export class LinkedFiles {
  readonly #links: Links | undefined;
  readonly #limits: LoadLimits;
  readonly #sources: JoinedSources;
  readonly #opened = new Map<string, OpenedFile>();

  constructor(links: Links | undefined, limits: LoadLimits, sources: JoinedSources) {
    this.#links = links;
    this.#limits = limits;
    this.#sources = sources;
  }

  /** The main file. */
  get path(): string {
    return this.#links?.path ?? '/';
  }

  get directory(): string {
    return dirname(this.path);
  }

  /** Absolute paths of everything that was named, also of what could not be read. */
  get paths(): readonly string[] {
    return [...this.#opened.keys()];
  }

  /** `written` counts from `directory`. */
  resolve(written: string, directory: string): string {
    return written.startsWith('/') ? normalize(written) : join(directory, written);
  }

  open(path: string): OpenedFile {
    const opened = this.#opened.get(path) ?? this.#read(path);
    this.#opened.set(path, opened);
    return opened;
  }

  #read(path: string): OpenedFile {
    const { linkedFiles } = this.#limits;
    if (this.#opened.size >= linkedFiles) {
      const message = `more files are included than the limit \`linkedFiles\` of ${linkedFiles}`;
      return { kind: 'refused', code: 'SCENARIO_LIMIT', message };
    }
    const read = this.#links?.read(path) ?? {
      kind: 'refused',
      code: 'SCENARIO_NOT_FOUND',
      message: 'other files cannot be read here',
    };
    return read.kind === 'text' ? this.#parse(path, read.file, read.text) : read;
  }

  #parse(path: string, name: string, text: string): OpenedFile {
    const { fileBytes } = this.#limits;
    const bytes = Buffer.byteLength(text);
    if (bytes > fileBytes) {
      const message = `${name} has ${bytes} bytes; the limit \`fileBytes\` is ${fileBytes}`;
      return { kind: 'refused', code: 'SCENARIO_LIMIT', message };
    }
    const source = new SourceText(name, text);
    const own = new Findings(source);
    const [document, ...others] = parseDocuments(source, this.#limits, own);
    if (others.length > 0) {
      const message = `${name} holds ${others.length + 1} documents, and only a file of one can be included`;
      return { kind: 'refused', code: 'SCENARIO_CONFLICT', message, hint: 'make a file of each' };
    }
    const start = this.#sources.add(source);
    const empty: YamlNode = {
      kind: 'scalar',
      value: null,
      plain: true,
      verbatim: true,
      start: 0,
      end: 0,
      size: 1,
      height: 0,
    };
    const directory = dirname(path);
    const root = rebasePaths(shiftNodes(document?.root ?? empty, start), relative(this.directory, directory));
    const findings = own.all.map((finding) => ({ ...finding, span: shiftSpan(finding.span, start) }));
    return { kind: 'file', file: { path, directory, root, findings } };
  }
}

/** How one document reports what is wrong with its links. */
export type ReportLink = (code: ErrorCode, message: string, span: Span, hint?: string) => void;
