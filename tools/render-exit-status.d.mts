import type { ErrorEntry } from '../src/core/error-catalogue.ts';

export declare function renderExitStatus(catalogue: Readonly<Record<string, ErrorEntry>>): string;
