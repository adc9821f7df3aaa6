import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Contender } from '../contender.ts';
import type { Workspace } from '../workspace.ts';

/** Two network namespaces and nothing but a veth pair between them; each line on standard input pours once. */
const script = `
exec 3<&0
unshare -n sh -c 'echo $$; exec sleep 1000' | {
  read -r other
  ip link add near type veth peer name far netns "$other"
  ip addr add 10.9.0.1/24 dev near
  ip link set near up
  nsenter -t "$other" -n sh -c 'ip addr add 10.9.0.2/24 dev far; ip link set far up'
  nsenter -t "$other" -n "$BIN/drain" 5000 &
  while ! "$BIN/pour" 10.9.0.2 5000 1 >/dev/null; do sleep 0.1; done
  echo ready
  while read -r mebibytes <&3; do "$BIN/pour" 10.9.0.2 5000 "$mebibytes" >/dev/null && echo poured; done
  kill -PIPE "$other" $!
}
`;

/** What a veth pair does by itself, from one namespace to another. */
export async function openVethPair(
  { layer }: Workspace,
  mebibytes: number,
): Promise<Contender & AsyncDisposable> {
  const child = spawn('unshare', ['-Urn', 'sh', '-c', script], {
    env: { ...process.env, BIN: join(layer, 'bin') },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const hear = async (word: string): Promise<void> => {
    const { value } = await lines.next();
    if (value !== word) throw new Error(`a veth pair could not be made: ${value ?? 'unshare ended'}`);
  };
  await hear('ready');
  return {
    name: 'veth pair',
    spawned: false,
    run: async () => {
      const startedAt = performance.now();
      child.stdin.write(`${mebibytes}\n`);
      await hear('poured');
      return performance.now() - startedAt;
    },
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}
