import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type FeatureReport, type HostReport, hostFeatures } from '../../src/core/host-feature.ts';
import { displayWidth } from '../../src/report/display-width.ts';
import { renderDoctor } from '../../src/report/render-doctor.ts';

function feature(details: Partial<FeatureReport> & Pick<FeatureReport, 'feature'>): FeatureReport {
  return { available: true, evidence: 'seen', cost: '', remedy: '', required: false, ...details };
}

const noEgress = feature({
  feature: 'egress',
  available: false,
  evidence: 'pasta is not installed',
  cost: 'networks with `egress: true` cannot be used; everything on sealed networks works as it should',
  remedy: 'install the package passt:\napt-get install passt',
});
const noUserns = feature({
  feature: 'userns',
  available: false,
  evidence: 'kernel.apparmor_restrict_unprivileged_userns is 1',
  cost: 'no scenario can run as this user',
  remedy: 'sysctl kernel.apparmor_restrict_unprivileged_userns=0, or run as root',
  required: true,
});

function host(...missing: readonly FeatureReport[]): HostReport {
  const features = hostFeatures.map(
    (name) => missing.find((one) => one.feature === name) ?? feature({ feature: name }),
  );
  return { user: 'subids', features };
}

describe('doctor', () => {
  test.each([
    { name: 'complete', report: host(), verdict: 'scenarios can run here; nothing is missing' },
    { name: 'partial', report: host(noEgress), verdict: 'scenarios can run here; 1 feature missing' },
    {
      name: 'unsuitable',
      report: host(noUserns, noEgress),
      verdict: 'scenarios cannot run here: userns missing',
    },
  ])('of a host that is $name', async ({ name, report, verdict }) => {
    const text = renderDoctor(report, { color: false, columns: 80 });
    expect(text.trimEnd().split('\n').at(-1)).toBe(verdict);
    for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(80);
    await expect(text).toMatchFileSnapshot(`doctor-${name}.golden.txt`);
  });

  test('a feature that is needed is red where it is missing, another one yellow', () => {
    const text = renderDoctor(host(noUserns, noEgress), { color: true, columns: 80 });
    expect(text).toContain('\x1b[31m✗\x1b[39m \x1b[1muserns');
    expect(text).toContain('\x1b[33m○\x1b[39m \x1b[1megress');
    expect(stripVTControlCharacters(text)).toBe(
      renderDoctor(host(noUserns, noEgress), { color: false, columns: 80 }),
    );
  });
});
