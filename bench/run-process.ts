import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Milliseconds from the call of spawn to the exit event. Nothing is piped: that favours whoever is spawned. */
export async function timeProcess(
  argv: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const [program = '', ...args] = argv;
  const startedAt = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env });
  const said = collect(child);
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  const tookMs = performance.now() - startedAt;
  if (code !== 0)
    throw new Error(`${program} ended with ${code ?? signal}: ${(await said).trim().slice(0, 400)}`);
  return tookMs;
}

/** Runs to the end; what it printed. */
export async function outputOf(
  argv: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  const said = collect(child);
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0)
    throw new Error(`${argv.join(' ')} ended with ${code}: ${(await said).trim().slice(0, 400)}`);
  return output;
}

async function collect(child: ChildProcess): Promise<string> {
  let text = '';
  if (child.stderr === null) return text;
  for await (const chunk of child.stderr) text += String(chunk);
  return text;
}
