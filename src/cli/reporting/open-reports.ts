import { resolve } from 'node:path';
import type { MayflyEvent } from '../../core/event.ts';
import type { Report } from '../../report/report.ts';
import { loadReport } from '../../report/reports.ts';
import { SummaryFold } from '../../report/summarize.ts';
import type { Output, Surroundings } from '../surroundings.ts';
import type { ReportChoice } from './report-choice.ts';
import { TextFile } from './text-file.ts';

/** Of a report in a file. */
const fileColumns = 100;

interface Target {
  readonly report: Promise<Report>;
  write(text: string): void;
  end(): void;
  readonly color: boolean;
  readonly columns: number;
}

/** All reports of a run: streams are written as events come, documents when it is over. */
export class Reports {
  readonly #fold = new SummaryFold();
  readonly #streams: {
    readonly render: (event: MayflyEvent) => string;
    readonly write: (text: string) => void;
  }[] = [];
  readonly #targets: readonly Target[];

  private constructor(targets: readonly Target[]) {
    this.#targets = targets;
  }

  /** Opens the files before anything runs. A document's code is loaded while the run goes on. */
  static async open(choices: readonly ReportChoice[], surroundings: Surroundings): Promise<Reports> {
    const targets = choices.map((choice) => openTarget(choice, surroundings));
    const reports = new Reports(targets);
    for (const [index, { name }] of choices.entries()) {
      const target = targets[index];
      if (name !== 'ndjson' || target === undefined) continue;
      const report = await target.report;
      if (report.kind === 'stream')
        reports.#streams.push({ render: report.renderEvent, write: (text) => target.write(text) });
    }
    return reports;
  }

  add(event: MayflyEvent): void {
    this.#fold.add(event);
    for (const { render, write } of this.#streams) {
      const text = render(event);
      if (text !== '') write(text);
    }
  }

  async finish(): Promise<void> {
    const { summary } = this.#fold;
    for (const target of this.#targets) {
      const report = await target.report;
      if (report.kind === 'document')
        target.write(report.render(summary, { color: target.color, columns: target.columns }));
      target.end();
    }
  }
}

function openTarget({ name, file }: ReportChoice, { stdout, workingDirectory }: Surroundings): Target {
  const report = loadReport(name);
  if (file === undefined) return { report, ...toOutput(stdout) };
  const opened = TextFile.open(resolve(workingDirectory, file), `the report ${name}`);
  return {
    report,
    write: (text) => opened.write(text),
    end: () => opened.end(),
    color: false,
    columns: fileColumns,
  };
}

function toOutput(stdout: Output): Omit<Target, 'report'> {
  return {
    write: (text) => stdout.write(text),
    end: () => {},
    color: stdout.hasColor,
    columns: stdout.columns,
  };
}
