import type { ContainerEnded, ContainerReady, ContainerStarted, LogWritten } from '../core/event.ts';
import { reportLimits } from './report-limits.ts';
import type { ContainerSummary } from './summary.ts';

/** The events of one container, added up; of its log only the tail is kept. */
export class ContainerFold {
  readonly #name: string;
  #started: ContainerStarted | undefined;
  #starts = 0;
  #readyMs: number | undefined;
  #ended: ContainerSummary['ended'];
  readonly #tail: ContainerSummary['logTail'][number][] = [];
  #logLines = 0;

  constructor(name: string) {
    this.#name = name;
  }

  add(event: ContainerStarted | ContainerReady | ContainerEnded | LogWritten): void {
    switch (event.kind) {
      case 'containerStarted':
        this.#started = event;
        this.#starts += 1;
        this.#readyMs = undefined;
        this.#ended = undefined;
        break;
      case 'containerReady':
        this.#readyMs = event.durationMs;
        break;
      case 'containerEnded':
        this.#ended = {
          code: event.code,
          ...(event.signal === undefined ? {} : { signal: event.signal }),
          oomKilled: event.oomKilled,
          expected: event.expected,
        };
        break;
      case 'logWritten':
        this.#logLines += 1;
        this.#tail.push({ stream: event.stream, line: event.line });
        if (this.#tail.length > reportLimits.logTailLines) this.#tail.shift();
        break;
    }
  }

  get summary(): ContainerSummary {
    const started = this.#started;
    return {
      name: this.#name,
      ...(started === undefined ? {} : { id: started.id, image: started.image }),
      networks: started?.networks ?? [],
      ports: started?.ports ?? [],
      starts: this.#starts,
      startMs: started?.durationMs ?? 0,
      ...(this.#readyMs === undefined ? {} : { readyMs: this.#readyMs }),
      ...(this.#ended === undefined ? {} : { ended: this.#ended }),
      logTail: [...this.#tail],
      logLines: this.#logLines,
    };
  }
}
