import type { SourcedLayer } from '../image-source.ts';
import type { LayerState, OnPull } from './pull-progress.ts';

/** The same layer, which tells how far it is. */
export function watchLayer(layer: SourcedLayer, onPull: OnPull): SourcedLayer {
  if (layer.kind !== 'tar' || layer.blob === undefined) return layer;
  const { digest, sizeBytes } = layer.blob;
  const tell = (state: LayerState, doneBytes: number): void =>
    onPull({ kind: 'layer', digest, state, doneBytes, sizeBytes });
  tell('waiting', 0);
  return {
    ...layer,
    what: digest.slice('sha256:'.length, 'sha256:'.length + 12),
    onKept: (isNew) => tell(isNew ? 'complete' : 'there', sizeBytes),
    open: async function* () {
      let doneBytes = 0;
      tell('downloading', 0);
      for await (const chunk of layer.open()) {
        doneBytes += chunk.length;
        tell('downloading', doneBytes);
        yield chunk;
      }
      tell('downloaded', sizeBytes);
    },
  };
}
