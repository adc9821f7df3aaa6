import { MayflyError } from '../../core/mayfly-error.ts';
import type { DocumentNode } from './document-node.ts';
import type { PlanOptions } from './plan-options.ts';

/** The text of a file that exists; undefined after a problem at the place that names it. */
export function readTextFile(node: DocumentNode, path: string, options: PlanOptions): string | undefined {
  try {
    return options.readText(path);
  } catch (error) {
    if (!(error instanceof MayflyError)) throw error;
    node.fail(error.code, error.message, error.hint);
    return undefined;
  }
}
