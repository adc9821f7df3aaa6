import type { MayflyEvent } from '../../core/event.ts';
import type { Output, Surroundings } from '../surroundings.ts';

/** What standard error shows while a run goes on. */
export interface Progress {
  add(event: MayflyEvent): void;
  /** A line that stays. */
  print(line: string): void;
  close(): void;
}

const tickMs = 100;

/**
 * A live view on a terminal, plain lines elsewhere. Nothing where a report streams to the same terminal: it shows the same, and
 * a redrawn view would write over it.
 */
export async function openProgress(surroundings: Surroundings, isStreaming: boolean): Promise<Progress> {
  const { stderr, stdout, monotonicMs } = surroundings;
  if (isStreaming && stderr.isTerminal && stdout.isTerminal) return silence(stderr);
  return stderr.isTerminal ? openLiveView(stderr, monotonicMs) : openPlainLines(stderr);
}

function silence(stderr: Output): Progress {
  return { add: () => {}, print: (line) => stderr.write(`${line}\n`), close: () => {} };
}

async function openLiveView(stderr: Output, nowMs: () => number): Promise<Progress> {
  const { LiveView } = await import('../../report/live-view.ts');
  const view = new LiveView(stderr, { color: stderr.hasColor, nowMs });
  const timer = setInterval(() => view.tick(), tickMs);
  timer.unref();
  return {
    add: (event) => view.add(event),
    print: (line) => view.print(line),
    close: () => {
      clearInterval(timer);
      view.close();
    },
  };
}

async function openPlainLines(stderr: Output): Promise<Progress> {
  const { PlainLines } = await import('../../report/plain-lines.ts');
  const lines = new PlainLines({ color: stderr.hasColor });
  return {
    add: (event) => {
      const line = lines.add(event);
      if (line !== undefined) stderr.write(`${line}\n`);
    },
    print: (line) => stderr.write(`${line}\n`),
    close: () => {},
  };
}
