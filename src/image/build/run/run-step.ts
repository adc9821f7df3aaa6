import type { ExitStatus } from '../../../core/container.ts';
import { MayflyError } from '../../../core/mayfly-error.ts';
import type { StoredLayer } from '../../store/layer-store.ts';
import { readLayerEntries } from '../../tar/layer-entries.ts';
import type { BuildSandbox } from '../build-sandbox.ts';
import type { BuildTools } from '../build-tools.ts';
import { storeBuiltLayer } from '../store-built-layer.ts';
import { planRunContainer, type RunPlace } from './plan-run.ts';
import { RunOutput } from './run-output.ts';

/** Executes a RUN; what it changes becomes a layer. Throws what `fail` makes of a command that does not end well. */
export async function runStep(
  place: Omit<RunPlace, 'name'>,
  epoch: number,
  sandbox: BuildSandbox,
  tools: BuildTools,
  onText: (stream: 'stdout' | 'stderr', text: string) => void,
): Promise<StoredLayer | undefined> {
  const container = await sandbox.start((name) => planRunContainer({ ...place, name }));
  try {
    const { main } = container;
    const stop = (): void => void main.kill('SIGKILL').catch(() => {}); // it has ended
    tools.signal.addEventListener('abort', stop, { once: true });
    const output = new RunOutput();
    try {
      const [status] = await Promise.all([
        main.exited,
        output.follow(main.stdout, (text) => onText('stdout', text)),
        output.follow(main.stderr, (text) => onText('stderr', text)),
      ]);
      tools.signal.throwIfAborted();
      if (status.code !== 0) throw commandFailed(status, output.end);
    } finally {
      tools.signal.removeEventListener('abort', stop);
    }
    const entries = readLayerEntries(container.readLayer(), tools.limits);
    return await storeBuiltLayer(entries, 'the layer of a RUN', epoch, tools);
  } finally {
    await container.remove();
  }
}

function commandFailed({ code, signal, oomKilled }: ExitStatus, output: string): MayflyError {
  const how = oomKilled
    ? 'ran out of memory'
    : signal === undefined
      ? `ended with exit status ${code}`
      : `was ended by ${signal}`;
  return new MayflyError(
    'BUILD_STEP_FAILED',
    output === '' ? `the command ${how}` : `the command ${how}:\n${output}`,
  );
}
