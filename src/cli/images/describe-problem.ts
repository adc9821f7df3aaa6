import { parseImageReference, renderFamiliar } from '../../core/image-reference.ts';
import { shortId } from '../../image/store/known-images.ts';
import type { StoreProblem } from '../../image/store/verify-store.ts';

/** What is wrong with the store, a line for a person. */
export function describeProblem(problem: StoreProblem): string {
  switch (problem.kind) {
    case 'damaged-blob':
      return `the blob ${problem.digest} has another content than its digest says`;
    case 'missing-blob':
      return `the image ${shortId(problem.image)} lacks ${problem.vital ? 'its configuration' : 'the blob'} ${problem.digest}`;
    case 'missing-layer':
      return `the image ${shortId(problem.image)} lacks the layer ${problem.diffId}`;
    case 'wrong-image':
      return `the configuration of ${shortId(problem.image)} lists other layers than the catalogue`;
    case 'name-without-image':
      return `the name ${renderFamiliar(parseImageReference(problem.reference))} means ${shortId(problem.image)}, which is not there`;
    case 'unknown-layer':
      return `nothing is known of the layer ${problem.directory}`;
    case 'record-without-layer':
      return `the image ${shortId(problem.image)}, made ready for a scenario, lacks the layer ${problem.directory}`;
    case 'unreadable-fact':
      return `${problem.path} cannot be read`;
    default:
      return problem satisfies never;
  }
}
