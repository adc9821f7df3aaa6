import { posix } from 'node:path';
import { isJsonObject } from '../../core/json.ts';
import { MayflyError } from '../../core/mayfly-error.ts';
import { limitBytes } from './limit-bytes.ts';
import { packHostPath } from './pack-host-path.ts';
import { renameRoot } from './rename-root.ts';
import { defineStep, type StepWorld } from './step-definition.ts';
import { unpackEvidence } from './unpack-evidence.ts';

type CopyEnd =
  | { readonly kind: 'service'; readonly service: string; readonly path: string }
  | { readonly kind: 'host'; readonly path: string };

interface CopyStep {
  readonly from: CopyEnd;
  readonly to: CopyEnd;
}

/** `copy`: files and directories, into and out of services and between them, as `docker cp` does. */
export const copyStep = defineStep<CopyStep>({
  kind: 'copy',
  normalize(value) {
    if (!isJsonObject(value) || typeof value.from !== 'string' || typeof value.to !== 'string') {
      throw new MayflyError('SCENARIO_WRONG_TYPE', '`copy` takes { from, to }');
    }
    const step = { from: parseEnd(value.from), to: parseEnd(value.to) };
    if (step.from.kind === 'host' && step.to.kind === 'host') {
      throw new MayflyError(
        'SCENARIO_WRONG_VALUE',
        '`copy` needs a service at one end at least: write SERVICE:PATH',
      );
    }
    return step;
  },
  async perform({ from, to }, _step, world, signal) {
    const source =
      from.kind === 'host'
        ? await packHostPath(from.path, world)
        : world.service(from.service).container.readArchive(from.path);
    const tar = limitBytes(source, world.limits.copyBytes, signal);
    const name = posix.basename(from.path);
    if (to.kind === 'host') {
      const files = await unpackEvidence(tar, name, to.path, demandEvidence(world));
      return { facts: { files } };
    }
    const { container } = world.service(to.service);
    const target = await planTarget(container, to.path, name);
    await container.writeArchive(
      target.directory,
      target.name === name ? tar : renameRoot(tar, name, target.name),
    );
    return { facts: {} };
  },
});

/** `service:/path` (a service's name has no slash), else a path of the host. */
function parseEnd(text: string): CopyEnd {
  const [, service, path] = /^([A-Za-z0-9][A-Za-z0-9_.-]*(?:\[\d+\])?):(.+)$/.exec(text) ?? [];
  if (service === undefined || path === undefined) return { kind: 'host', path: text };
  if (!path.startsWith('/'))
    throw new MayflyError('SCENARIO_WRONG_VALUE', `\`${text}\`: a path in a service begins with /`);
  return { kind: 'service', service, path };
}

/** As cp(1): into a directory that exists, else under the name given. */
async function planTarget(
  container: { stat(path: string): Promise<{ readonly type: string } | undefined> },
  path: string,
  name: string,
): Promise<{ readonly directory: string; readonly name: string }> {
  const stat = await container.stat(path);
  if (stat?.type === 'directory') return { directory: path, name };
  return { directory: posix.dirname(path), name: posix.basename(path) };
}

function demandEvidence({ saveEvidence }: StepWorld): NonNullable<StepWorld['saveEvidence']> {
  if (saveEvidence !== undefined) return saveEvidence;
  throw new MayflyError('CLI_USAGE', 'a `copy` out of a service needs a place: run with --output DIR');
}
