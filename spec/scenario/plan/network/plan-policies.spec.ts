import { describe, expect, test } from 'vitest';
import type { Json } from '../../../../src/core/json.ts';
import type { NetworkPolicy } from '../../../../src/core/network-policy.ts';
import type { PlanOptions } from '../../../../src/scenario/plan/plan-options.ts';
import { planOf, problemsOf } from '../scenario-builder.ts';

const onBack = { image: 'tools', networks: ['back'] };
const services = {
  web: onBack,
  db: onBack,
  worker: { ...onBack, scale: 2 },
  spare: { ...onBack, profiles: ['x'] },
};
const document = (allow: Json) => ({
  networks: { back: null, front: null },
  services: { ...services, edge: { image: 'tools', networks: ['front'] } },
  vars: { port: 5432 },
  policies: [{ network: 'back', allow }],
});

function policyOf(allow: Json, options: Partial<PlanOptions> = {}): NetworkPolicy | undefined {
  const policy = planOf(document(allow), options).networks.find(({ name }) => name === 'back')?.policy;
  return policy === undefined ? undefined : { allow: policy.allow.map(({ at: _, ...edge }) => edge) };
}

describe('policies of networks (R12)', () => {
  test.each<{ readonly what: string; readonly rule: string; readonly edges: NetworkPolicy['allow'] }>([
    {
      what: 'one to one',
      rule: 'web -> db:5432',
      edges: [{ from: ['web'], to: ['db'], protocol: 'tcp', port: 5432 }],
    },
    {
      what: 'icmp has no port',
      rule: 'web -> db/icmp',
      edges: [{ from: ['web'], to: ['db'], protocol: 'icmp' }],
    },
    { what: 'everyone, every port', rule: '* -> db:*/udp', edges: [{ to: ['db'], protocol: 'udp' }] },
    {
      what: 'a scaled service is all of its containers',
      rule: 'worker -> db:1',
      edges: [{ from: ['worker-1', 'worker-2'], to: ['db'], protocol: 'tcp', port: 1 }],
    },
    {
      what: 'or one of them',
      rule: 'worker[2] -> db:1',
      edges: [{ from: ['worker-2'], to: ['db'], protocol: 'tcp', port: 1 }],
    },
    {
      what: 'instances reach each other over the network',
      rule: 'worker -> worker:1',
      edges: [{ from: ['worker-1', 'worker-2'], to: ['worker-1', 'worker-2'], protocol: 'tcp', port: 1 }],
    },
    { what: 'a service that does not run opens nothing', rule: 'spare -> db:1', edges: [] },
    {
      what: 'with an expression',
      rule: 'web -> db:${{ vars.port }}',
      edges: [{ from: ['web'], to: ['db'], protocol: 'tcp', port: 5432 }],
    },
  ])('R12 $what: $rule', ({ rule, edges }) => {
    expect(policyOf([rule])).toEqual({ allow: edges });
  });

  test('R12 a policy and each of its rules know where they stand', () => {
    const { networks } = planOf(document(['web -> db:1', 'db -> web/icmp']));
    const policy = networks.find(({ name }) => name === 'back')?.policy;
    const lines = [policy?.at, ...(policy?.allow ?? []).map(({ at }) => at)].map((at) => at?.line ?? 0);
    expect(lines.every((line) => line > 0)).toBe(true);
    expect(new Set(lines).size).toBe(3);
  });

  test('R12 R5 a policy has a limit, and everyone counts once', () => {
    const many = {
      ...document(['a -> b:1']),
      services: { a: { ...onBack, scale: 60 }, b: { ...onBack, scale: 60 } },
    };
    expect(problemsOf(many)).toEqual([
      expect.stringContaining('these rules allow 3600 pairs of containers; the limit is 3500'),
    ]);
    expect(problemsOf({ ...many, policies: [{ network: 'back', allow: ['* -> b:1'] }] })).toEqual([]);
  });

  test('R12 a policy that allows nothing is one; a network without has none', () => {
    expect(policyOf([])).toEqual({ allow: [] });
    expect(planOf({ ...document([]), policies: [] }).networks.map(({ policy }) => policy)).toEqual([
      undefined,
      undefined,
    ]);
  });

  test.each([
    { rule: 'web -> db:${{ vars.port + 0 }}5', code: 'EXPRESSION_SYNTAX' },
    { rule: '${{ vars.port }} -> db:1', code: 'SCENARIO_UNDECLARED' },
    { rule: 'web -> db:${{ vars.port }}0000', code: 'SCENARIO_WRONG_VALUE' },
    { rule: "${{ 'edge' }} -> db:1", code: 'SCENARIO_CONFLICT' },
    { rule: 'worker[3] -> db:1', code: 'SCENARIO_UNDECLARED' },
  ])('R12 what an expression makes of a rule is checked, too: $rule', ({ rule, code }) => {
    expect(problemsOf(document([rule])).map((problem) => problem.split(' ')[0])).toEqual([code]);
  });
});
