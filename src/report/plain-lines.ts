import type { MayflyEvent } from '../core/event.ts';
import { renderDuration, renderSize } from '../core/units.ts';
import { renderFactsSummary } from './facts-summary.ts';
import { createPalette, outcomeMark, outcomePaint, type Palette } from './palette.ts';
import { countOf, renderFirstLine, renderPrintableLine } from './printable.ts';
import { renderFinishedLine } from './render-finished.ts';
import { renderShardOf } from './render-shard.ts';
import { renderScenarioName } from './scenario-name.ts';

/** A slow image shows that it is alive, no more often than this. */
const progressMs = 5000;

/**
 * Progress where nothing can be redrawn (a CI log, a file): one line for each event that a reader would look for,
 * with the time since the run began and the scenario in front.
 */
export class PlainLines {
  readonly #palette: Palette;
  readonly #names = new Map<string, string>();
  readonly #progressAtMs = new Map<string, number>();

  constructor(options: { readonly color: boolean }) {
    this.#palette = createPalette(options.color);
  }

  /** The line of an event, without its newline; undefined for an event not worth one. */
  add(event: MayflyEvent): string | undefined {
    if (event.kind === 'scenarioPlanned') this.#names.set(event.scenario, renderScenarioName(event));
    const text = this.#render(event);
    if (text === undefined) return undefined;
    const time = this.#palette.dim(`${(event.atMs / 1000).toFixed(3).padStart(8)}`);
    return `${time}  ${text}`;
  }

  #render(event: MayflyEvent): string | undefined {
    const palette = this.#palette;
    switch (event.kind) {
      case 'runStarted':
        return renderPrintableLine(
          `mayfly ${event.mayflyVersion} · run ${event.runId} · seed ${event.seed}${event.shard === undefined ? '' : ` · ${renderShardOf(event.shard)}`} · ${event.host.platform} ${event.host.kernel} · node ${event.host.node}`,
        );
      case 'runFinished':
        return event.interruptedBy === undefined
          ? undefined
          : palette.yellow(`interrupted by ${renderPrintableLine(event.interruptedBy)}`);
      case 'warningRaised': {
        const place = event.at === undefined ? '' : ` (${event.at.file}:${event.at.line}:${event.at.column})`;
        return palette.yellow(renderPrintableLine(`warning[${event.code}]: ${event.message}${place}`));
      }
      case 'snapshotsWritten': {
        const parts = (['added', 'updated', 'removed'] as const).filter((change) => event[change] > 0);
        const changes = parts.map((change) => `${countOf(event[change], 'snapshot')} ${change}`).join(', ');
        return renderPrintableLine(`${event.path}: ${changes}`);
      }
      case 'scenarioPlanned':
      case 'logWritten':
      case 'stepStarted':
        return undefined;
      case 'scenarioFinished':
        return renderFinishedLine(event, this.#nameOf(event.scenario), palette);
      default: {
        const text = this.#ofScenario(event);
        return text === undefined ? undefined : `${palette.bold(this.#nameOf(event.scenario))}  ${text}`;
      }
    }
  }

  #ofScenario(event: OfScenario): string | undefined {
    const palette = this.#palette;
    switch (event.kind) {
      case 'scenarioStarted':
        return event.attempt > 1 ? `started, attempt ${event.attempt}` : 'started';
      case 'imageProgress':
        return this.#progress(event);
      case 'imagePrepared': {
        const facts = `(${renderSize(event.sizeBytes)}, ${renderDuration(event.durationMs)})`;
        return `image ${renderPrintableLine(event.image)} is there ${palette.dim(facts)}`;
      }
      case 'containerStarted':
        return `${renderPrintableLine(event.container)} started ${palette.dim(`(${renderDuration(event.durationMs)})`)}`;
      case 'containerReady':
        return `${renderPrintableLine(event.container)} is ready ${palette.dim(`(${renderDuration(event.durationMs)})`)}`;
      case 'containerEnded':
        return event.expected ? undefined : palette.yellow(renderUnexpectedEnd(event));
      case 'stepFinished': {
        const paint = outcomePaint(event.outcome, palette);
        const why = event.problems[0]?.message ?? event.reason ?? renderFactsSummary(event.facts);
        const time = palette.dim(`(${renderDuration(event.durationMs)})`);
        return `${paint(outcomeMark(event.outcome))} ${renderPrintableLine(event.name)} ${time}${why === undefined ? '' : ` ${renderFirstLine(why)}`}`;
      }
      case 'faultBegan':
        return palette.yellow(renderPrintableLine(`begins: ${event.name}`));
      case 'faultEnded':
        return event.undone
          ? `undone: ${renderPrintableLine(event.name)} ${palette.dim(`(${renderDuration(event.lastedMs)})`)}`
          : palette.red(renderPrintableLine(`not undone: ${event.name}`));
      case 'leakFound':
        return palette.red(renderPrintableLine(`left behind: ${event.leak.kind} ${event.leak.what}`));
      case 'censusTaken':
        return event.left === 0
          ? `nothing left behind ${palette.dim(`(${renderDuration(event.durationMs)})`)}`
          : palette.red(`${countOf(event.left, 'thing')} left behind`);
    }
  }

  #progress(event: OfScenario & { readonly kind: 'imageProgress' }): string | undefined {
    const key = `${event.scenario}\n${event.image}`;
    const last = this.#progressAtMs.get(key);
    if (last === undefined) this.#progressAtMs.set(key, event.atMs);
    if (last === undefined || event.atMs - last < progressMs) return undefined;
    this.#progressAtMs.set(key, event.atMs);
    return renderPrintableLine(`image ${event.image}: ${event.line}`);
  }

  #nameOf(scenario: string): string {
    return this.#names.get(scenario) ?? renderPrintableLine(scenario);
  }
}

type OfScenario = Extract<
  MayflyEvent,
  {
    readonly kind:
      | 'scenarioStarted'
      | 'imageProgress'
      | 'imagePrepared'
      | 'containerStarted'
      | 'containerReady'
      | 'containerEnded'
      | 'stepFinished'
      | 'faultBegan'
      | 'faultEnded'
      | 'leakFound'
      | 'censusTaken';
  }
>;

function renderUnexpectedEnd(event: OfScenario & { readonly kind: 'containerEnded' }): string {
  const how = event.signal === undefined ? `exit ${event.code}` : `killed by ${event.signal}`;
  return renderPrintableLine(
    `${event.container} ended by itself: ${how}${event.oomKilled ? ', out of memory' : ''}${event.restarting === true ? '; it is started again' : ''}`,
  );
}
