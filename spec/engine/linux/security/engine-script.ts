/** Run by `runEngineScript` in a Node of its own: starts a container and reports what its commands said. */
import { randomUUID } from 'node:crypto';
import { containerSpec, processSpec } from '../../contract/container-spec.ts';
import { linuxEngineFor } from '../linux-kit.ts';
import type { ScriptReport, ScriptRequest } from './run-engine-script.ts';

async function output(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function main(request: ScriptRequest): Promise<ScriptReport> {
  const never = new AbortController().signal;
  const { engine, prepareImage } = await linuxEngineFor(request.directory, request.launcher);
  const image = await prepareImage('script', { kind: 'host', programs: request.programs, files: [] });
  const runId = `s${randomUUID().replaceAll('-', '').slice(0, 11)}`;
  const sandbox = await engine.openSandbox({ runId, networks: [], volumes: [], upper: 'auto' }, never);
  const change = request.sealed;
  const container = await sandbox.startContainer(
    containerSpec(image, 'one', ['sleep', '1000'], change),
    never,
  );
  const outputs: string[] = [];
  for (const { argv, user } of request.commands) {
    const process = await container.exec(processSpec(argv, { user: user ?? '' }), never);
    const [stdout] = await Promise.all([output(process.stdout), output(process.stderr), process.exited]);
    outputs.push(stdout);
  }
  const { user } = await engine.probeHost();
  return { mode: user, outputs, leaks: await sandbox.close(20_000) };
}

const report = await main(JSON.parse(process.argv[2] ?? '{}'));
process.stdout.write(JSON.stringify(report));
