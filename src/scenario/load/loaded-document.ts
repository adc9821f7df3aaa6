import type { ErrorCode } from '../../core/error-catalogue.ts';
import type { Json } from '../../core/json.ts';
import type { Findings } from './findings.ts';
import { pointerSegments } from './json-pointer.ts';
import type { Sources, Span } from './source-text.ts';
import { toJson, type YamlDocument, type YamlNode } from './yaml/yaml-node.ts';

interface Place {
  readonly key: Span | undefined;
  readonly node: YamlNode;
}

/** One document of a file while it is checked: its values, where they stand, and a way to say what is wrong with them. */
export class LoadedDocument {
  readonly source: Sources;
  readonly index: number;
  readonly json: Json;
  /** Pointers of keys that were misspelt, as they were meant: they are not missing as well. */
  readonly meant = new Set<string>();
  private readonly root: YamlNode;
  private readonly findings: Findings;

  constructor(source: Sources, document: YamlDocument, findings: Findings) {
    this.source = source;
    this.index = document.index;
    this.root = document.root;
    this.findings = findings;
    this.json = toJson(document.root);
  }

  node(pointer: string): YamlNode | undefined {
    return this.place(pointer)?.node;
  }

  /** The key of a value, or the value itself where it has none; the nearest place above if there is no such value. */
  keySpan(pointer: string): Span {
    const place = this.nearest(pointer);
    return place.key ?? { start: place.node.start, end: place.node.end };
  }

  /** The value itself; its key if nothing is written there. */
  valueSpan(pointer: string): Span {
    const { key, node } = this.nearest(pointer);
    return key !== undefined && node.start === node.end ? key : { start: node.start, end: node.end };
  }

  error(code: ErrorCode, message: string, span: Span, pointer: string, hint?: string): void {
    this.findings.error(code, message, span, {
      pointer,
      document: this.index,
      ...(hint === undefined ? {} : { hint }),
    });
  }

  warning(code: ErrorCode, message: string, span: Span, pointer: string, hint?: string): void {
    this.findings.warning(code, message, span, {
      pointer,
      document: this.index,
      ...(hint === undefined ? {} : { hint }),
    });
  }

  private nearest(pointer: string): Place {
    const segments = pointerSegments(pointer);
    let place: Place = { key: undefined, node: this.root };
    for (const segment of segments) {
      const next = child(place.node, segment);
      if (next === undefined) break;
      place = next;
    }
    return place;
  }

  private place(pointer: string): Place | undefined {
    let place: Place | undefined = { key: undefined, node: this.root };
    for (const segment of pointerSegments(pointer)) {
      place = place === undefined ? undefined : child(place.node, segment);
    }
    return place;
  }
}

function child(node: YamlNode, segment: string): Place | undefined {
  if (node.kind === 'map') {
    const entry = node.entries.get(segment);
    return entry === undefined ? undefined : { key: entry.key, node: entry.value };
  }
  const item = node.kind === 'list' ? node.items[Number(segment)] : undefined;
  return item === undefined ? undefined : { key: undefined, node: item };
}
