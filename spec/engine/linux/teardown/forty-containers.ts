const ofEachKind = 10;

/**
 * Forty containers of everything that has to go again: networks, a volume, control groups (where the host has them), processes
 * that ignore SIGTERM, writable layers with something in them; with steps, so that a run also ends by itself.
 */
export function fortyContainers(choice: { readonly limits: boolean; readonly upper?: 'disk' }): string {
  const limits = choice.limits ? 'mem_limit: 64m, pids_limit: 32, ' : '';
  return `name: forty
${choice.upper === undefined ? '' : `upper: ${choice.upper}\n`}images: { tools: { host: [sh, sleep, echo] } }
networks: { front: {}, back: {} }
volumes: { data: {} }
services:
${many('web', 'networks: [front, back], command: [sleep, infinity]')}
${many('store', `networks: [back], volumes: ["data:/data"], ${limits}command: [sleep, infinity]`)}
${many('deaf', `networks: [front], command: [sh, -c, "trap '' TERM; while :; do sleep 1000; done"]`)}
${many('plain', 'network_mode: none, command: [sh, -c, "echo written > /file; exec sleep infinity"]')}
steps:
  - { name: begin, in: web1, run: echo begin > /data-of-mine }
  - { in: store3, run: echo more > /data/more }
  - { image: tools, run: [echo, one-shot] }
  - { in: deaf10, run: sleep 0.2 }
`;
}

function many(name: string, keys: string): string {
  const numbers = Array.from({ length: ofEachKind }, (_, index) => index + 1);
  return numbers.map((number) => `  ${name}${number}: { image: tools, ${keys} }`).join('\n');
}
