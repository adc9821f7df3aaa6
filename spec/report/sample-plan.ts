import type { ContainerTemplate, RunPlan, ScenarioPlan, ServicePlan } from '../../src/core/plan.ts';
import type { Step } from '../../src/core/scenario.ts';

const at = { file: 'scenarios/shop.yaml', line: 12, column: 5 };

const template: ContainerTemplate = {
  name: 'web',
  hostname: 'web',
  domainname: '',
  init: true,
  mounts: [],
  network: { kind: 'attached', attachments: [{ network: 'back', aliases: [] }] },
  ports: [],
  limits: {},
  sysctls: {},
  devices: [],
  extraHosts: [],
  dns: [],
  shmBytes: 64 * 2 ** 20,
  stopGraceMs: 10_000,
  maskedPaths: [],
  readonlyPaths: [],
  labels: {},
  annotations: {},
  readOnlyRoot: false,
  environment: {},
  process: {
    groupAdd: [],
    tty: false,
    stdin: false,
    capabilities: [],
    noNewPrivileges: true,
    seccomp: { kind: 'default' },
    rlimits: [],
    oomScoreAdj: 0,
  },
};

function servicePlan(details: Partial<ServicePlan> = {}): ServicePlan {
  return { name: 'web', at, image: 'tools', dependsOn: [], restart: 'no', container: template, ...details };
}

export function step(details: Partial<Step> = {}): Step {
  return {
    kind: 'run',
    name: 'it says hello',
    at,
    path: '/steps/0',
    value: 'echo hello',
    tty: false,
    timeoutMs: 30_000,
    background: false,
    capture: {},
    ...details,
  };
}

export function scenarioPlan(details: Partial<ScenarioPlan> = {}): ScenarioPlan {
  return {
    id: 'scenarios/shop.yaml',
    name: 'shop',
    description: '',
    file: 'scenarios/shop.yaml',
    tags: [],
    matrix: {},
    vars: {},
    env: {},
    secrets: {},
    seed: 42,
    timeoutMs: 90_000,
    retries: 0,
    requires: [],
    images: [],
    networks: [],
    volumes: [],
    services: [],
    steps: [step()],
    finally: [],
    onFailure: [],
    warnings: [],
    sourceLine: () => '',
    ...details,
  };
}

/** Everything a plan can show. */
export const shopPlan: RunPlan = {
  seed: 42,
  scenarios: [
    scenarioPlan({
      description: 'web reaches db and cache; the client reaches web; nothing else reaches anything',
      tags: ['network'],
      matrix: { db: 'postgres' },
      secrets: { DB_PASSWORD: 'changeme' },
      retries: 1,
      requires: ['egress'],
      images: [
        {
          name: 'tools',
          source: { kind: 'host', programs: ['sh', 'cat', 'node'], files: [] },
          configOverrides: {},
        },
        { name: 'cache', source: { kind: 'registry', reference: 'example/redis:7' }, configOverrides: {} },
        {
          name: 'old',
          source: { kind: 'archive', path: '/images/old.tar', reference: 'old:1' },
          configOverrides: {},
        },
        { name: 'web', source: { kind: 'build', options: { context: './web' } }, configOverrides: {} },
      ],
      networks: [
        { name: 'front', egress: false },
        { name: 'back', subnet4: '10.20.0.0/24', egress: false },
        { name: 'updates', egress: true },
      ],
      volumes: [{ name: 'pgdata' }, { name: 'small', sizeBytes: 64_000_000 }],
      services: [
        servicePlan({
          name: 'db',
          image: 'cache',
          ready: {
            condition: {
              kind: 'all',
              of: [
                { kind: 'port', value: 5432 },
                { kind: 'log', value: 'ready' },
              ],
            },
            withinMs: 20_000,
            at,
          },
          container: { ...template, limits: { memoryBytes: 128_000_000, pids: 64, cpus: 0.5 } },
        }),
        servicePlan({
          dependsOn: [{ service: 'db', condition: 'service_healthy' }],
          container: {
            ...template,
            network: {
              kind: 'attached',
              attachments: [
                { network: 'front', aliases: [] },
                { network: 'back', aliases: [] },
              ],
            },
          },
        }),
        servicePlan({ name: 'migrate', exits: 0, container: { ...template, network: { kind: 'none' } } }),
        servicePlan({
          name: 'probe',
          container: { ...template, network: { kind: 'shared', container: 'web' } },
        }),
      ],
      steps: [
        step({ kind: 'http', name: "web answers from the client's place", in: 'client' }),
        step({ name: 'a one-shot', image: 'tools', path: '/steps/1' }),
      ],
      finally: [step({ name: 'dump.sql is kept', in: 'db', path: '/finally/0' })],
    }),
    scenarioPlan({ id: 'b', name: 'skipped', skip: 'the host lacks `egress`', steps: [step()] }),
  ],
};
