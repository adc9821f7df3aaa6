import { COLLECTION_STYLE, EVENT_ID, type Event, type MappingEvent, type SequenceEvent } from 'js-yaml';
import { didYouMean } from '../../../core/did-you-mean.ts';
import type { Findings } from '../findings.ts';
import type { LoadLimits } from '../limits.ts';
import type { SourceText, Span } from '../source-text.ts';
import { closingEnd, composeMap, type RawEntry } from './compose-map.ts';
import { composeScalar } from './compose-scalar.ts';
import type { YamlNode } from './yaml-node.ts';

export interface ComposeContext {
  readonly source: SourceText;
  readonly limits: LoadLimits;
  readonly findings: Findings;
  readonly document: number;
}

/** The tree of one document out of js-yaml's events, which know every place; undefined for an empty document. */
export function composeDocument(events: readonly Event[], context: ComposeContext): YamlNode | undefined {
  const [first] = events;
  const isEmpty = first?.type === EVENT_ID.SCALAR && first.valueStart < 0 && first.tagStart < 0;
  if (first === undefined || isEmpty) return undefined;
  const composer = new Composer(events, context);
  return composer.compose();
}

class Composer {
  private readonly events: readonly Event[];
  private readonly context: ComposeContext;
  private readonly anchors = new Map<string, YamlNode>();
  /** Anchors whose node is not complete: an alias to one of them would contain itself. */
  private readonly open = new Set<string>();
  private next = 0;
  private aliases = 0;
  /** Where an empty value stands: behind what was read last. */
  private lastEnd = 0;

  constructor(events: readonly Event[], context: ComposeContext) {
    this.events = events;
    this.context = context;
  }

  compose(): YamlNode | undefined {
    const root = this.node();
    const { limits, findings, document } = this.context;
    const span = { start: root.start, end: root.start + 1 };
    if (root.size > limits.values) {
      const message = `the document holds ${root.size} values, aliases followed; the limit \`values\` is ${limits.values}`;
      findings.error('SCENARIO_LIMIT', message, span, { document });
      return undefined;
    }
    if (root.height > limits.depth) {
      const message = `the document nests ${root.height} levels deep, aliases followed; the limit \`depth\` is ${limits.depth}`;
      findings.error('SCENARIO_LIMIT', message, span, { document });
      return undefined;
    }
    return root;
  }

  private node(): YamlNode {
    const event = this.events[this.next];
    this.next += 1;
    if (event === undefined) return emptyAt(this.lastEnd);
    switch (event.type) {
      case EVENT_ID.SCALAR: {
        const scalar = composeScalar(event, this.lastEnd, this.context);
        this.lastEnd = Math.max(this.lastEnd, scalar.end);
        this.define(this.anchorOf(event), scalar);
        return scalar;
      }
      case EVENT_ID.SEQUENCE:
        return this.collection(event, () => this.list(event));
      case EVENT_ID.MAPPING:
        return this.collection(event, () => this.map(event));
      case EVENT_ID.ALIAS:
        return this.alias({ start: event.anchorStart - 1, end: event.anchorEnd });
      default:
        return emptyAt(this.lastEnd);
    }
  }

  private collection(event: SequenceEvent | MappingEvent, read: () => YamlNode): YamlNode {
    const anchor = this.anchorOf(event);
    if (anchor !== undefined) this.open.add(anchor);
    const tag = this.context.source.slice({ start: event.tagStart, end: event.tagEnd });
    if (event.tagStart >= 0 && !['!', '!!map', '!!seq'].includes(tag)) {
      this.error(
        'SCENARIO_SYNTAX',
        `unknown YAML tag \`${tag}\``,
        { start: event.tagStart, end: event.tagEnd },
        'remove it; scenarios need no tags',
      );
    }
    const node = read();
    if (anchor !== undefined) this.open.delete(anchor);
    this.define(anchor, node);
    return node;
  }

  private list(event: { readonly start: number; readonly style: number }): YamlNode {
    this.lastEnd = Math.max(this.lastEnd, event.start + 1);
    const items: YamlNode[] = [];
    while (!this.atEnd()) items.push(this.node());
    if (event.style === COLLECTION_STYLE.FLOW)
      this.lastEnd = closingEnd(this.context.source.text, this.lastEnd, ']');
    const size = items.reduce((sum, item) => sum + item.size, 1);
    const height = items.reduce((most, item) => Math.max(most, item.height + 1), 1);
    return {
      kind: 'list',
      items,
      flow: event.style === COLLECTION_STYLE.FLOW,
      start: event.start,
      end: this.lastEnd,
      size,
      height,
    };
  }

  private map(event: { readonly start: number; readonly style: number }): YamlNode {
    const flow = event.style === COLLECTION_STYLE.FLOW;
    const map = composeMap(event.start, flow, this.entries(), this.context);
    this.lastEnd = Math.max(this.lastEnd, map.end);
    return map;
  }

  private entries(): readonly RawEntry[] {
    const entries: RawEntry[] = [];
    while (!this.atEnd()) {
      const key = this.node();
      const keyEnd = this.lastEnd;
      const value = this.node();
      entries.push({ key, keyEnd, value });
    }
    return entries;
  }

  /** Takes the end of a collection off the stream when it is next. */
  private atEnd(): boolean {
    const event = this.events[this.next];
    if (event !== undefined && event.type !== EVENT_ID.POP) return false;
    this.next += 1;
    return true;
  }

  private alias(span: Span): YamlNode {
    const name = this.context.source.slice(span).slice(1);
    this.lastEnd = span.end;
    this.aliases += 1;
    if (this.aliases === this.context.limits.aliases + 1) {
      this.error(
        'SCENARIO_LIMIT',
        `too many aliases; the limit \`aliases\` is ${this.context.limits.aliases} in a document`,
        span,
      );
    }
    const node = this.anchors.get(name);
    if (node !== undefined && !this.open.has(name)) return node;
    this.unknownAlias(name, span);
    return { ...emptyAt(span.start), end: span.end };
  }

  private unknownAlias(name: string, span: Span): void {
    if (this.open.has(name)) {
      this.error(
        'SCENARIO_SYNTAX',
        `\`*${name}\` stands inside of what it repeats`,
        span,
        'an alias cannot contain itself',
      );
      return;
    }
    const near = didYouMean(name, this.anchors.keys());
    const hint =
      near === undefined
        ? `define \`&${name}\` before, or quote the value: an unquoted \`*\` begins a YAML alias`
        : `did you mean \`*${near}\`?`;
    this.error(
      'SCENARIO_YAML_TRAP',
      `\`*${name}\` is read as a YAML alias, and there is no anchor \`&${name}\``,
      span,
      hint,
    );
  }

  private anchorOf(event: { readonly anchorStart: number; readonly anchorEnd: number }): string | undefined {
    if (event.anchorStart < 0) return undefined;
    return this.context.source.slice({ start: event.anchorStart, end: event.anchorEnd });
  }

  private define(anchor: string | undefined, node: YamlNode): void {
    if (anchor !== undefined) this.anchors.set(anchor, node);
  }

  private error(
    code: 'SCENARIO_SYNTAX' | 'SCENARIO_LIMIT' | 'SCENARIO_YAML_TRAP',
    message: string,
    span: Span,
    hint?: string,
  ): void {
    this.context.findings.error(code, message, span, {
      document: this.context.document,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

function emptyAt(offset: number): YamlNode {
  return {
    kind: 'scalar',
    value: null,
    plain: true,
    verbatim: false,
    start: offset,
    end: offset,
    size: 1,
    height: 0,
  };
}
