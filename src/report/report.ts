import type { MayflyEvent } from '../core/event.ts';
import type { Summary } from './summary.ts';

export interface RenderOptions {
  readonly color: boolean;
  /** Width of the terminal; of a file, what a reader is given. */
  readonly columns: number;
}

/** A report is text made of the events: of all at once, or of each as it comes. */
export type Report =
  | {
      readonly kind: 'document';
      readonly name: string;
      /** Of a file that holds it, without the dot. */
      readonly extension: string;
      readonly render: (summary: Summary, options: RenderOptions) => string;
    }
  | {
      readonly kind: 'stream';
      readonly name: string;
      readonly extension: string;
      /** The text of one event; empty for an event that the report leaves out. */
      readonly renderEvent: (event: MayflyEvent) => string;
    };
