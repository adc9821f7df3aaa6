import type { ErrorCode } from '../../core/error-catalogue.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import type { Sources, Span } from './source-text.ts';

export interface FindingDetails {
  readonly hint?: string;
  /** JSON pointer of what it is about, so that an error above can silence those below. */
  readonly pointer?: string;
  /** Which of the file's YAML documents; undefined: the file as a whole. */
  readonly document?: number;
}

export interface Finding extends FindingDetails {
  readonly code: ErrorCode;
  readonly message: string;
  readonly span: Span;
  readonly severity: 'error' | 'warning';
}

/** Collects what is wrong with one file; all of it is shown at once (R2). */
export class Findings {
  private readonly source: Sources;
  private readonly found: Finding[] = [];

  constructor(source: Sources) {
    this.source = source;
  }

  error(code: ErrorCode, message: string, span: Span, details: FindingDetails = {}): void {
    this.found.push({ code, message, span, severity: 'error', ...details });
  }

  warning(code: ErrorCode, message: string, span: Span, details: FindingDetails = {}): void {
    this.found.push({ code, message, span, severity: 'warning', ...details });
  }

  /** Keeps what `keep` says. */
  filter(keep: (finding: Finding) => boolean): void {
    const kept = this.found.filter(keep);
    this.found.splice(0, this.found.length, ...kept);
  }

  get all(): readonly Finding[] {
    return this.found;
  }

  /** In the order of the file, each once. What YAML read wrongly explains whatever else is wrong at that place. */
  toErrors(severity: 'error' | 'warning', document?: number): readonly MayflyError[] {
    const wanted = this.found
      .filter((finding) => finding.severity === severity)
      .filter(
        (finding) =>
          document === undefined || finding.document === undefined || finding.document === document,
      )
      .sort(
        (a, b) =>
          a.span.start - b.span.start || compareText(a.code, b.code) || compareText(a.message, b.message),
      );
    const traps = new Set(
      wanted.filter(({ code }) => code === 'SCENARIO_YAML_TRAP').map(({ span }) => span.start),
    );
    const seen = new Set<string>();
    return wanted.flatMap((finding) => {
      const { start } = finding.span;
      const isTrap = finding.code === 'SCENARIO_YAML_TRAP';
      const identity = `${start} ${finding.code} ${isTrap ? '' : finding.message}`;
      if (seen.has(identity) || (traps.has(start) && !isTrap)) return [];
      seen.add(identity);
      return [this.toError(finding)];
    });
  }

  private toError(finding: Finding): MayflyError {
    const at = this.source.locate(finding.span.start);
    const sourceLine = this.source.line(at.line, at.file);
    const longest = Math.max(1, sourceLine.length - at.column + 1);
    const length = Math.min(longest, Math.max(1, finding.span.end - finding.span.start));
    const hint = finding.hint === undefined ? {} : { hint: finding.hint };
    return new MayflyError(finding.code, finding.message, { at, sourceLine, length, ...hint });
  }
}

/** By code unit, so that the order is the same on every machine. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
