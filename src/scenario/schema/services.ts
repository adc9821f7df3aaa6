import { build } from './images.ts';
import { type JsonSchema, key, named, object, ref } from './json-schema.ts';
import { serviceLimits } from './service-limits.ts';
import { serviceNetwork } from './service-network.ts';
import { dependsOn, serviceProcess } from './service-process.ts';
import { serviceStorage } from './service-storage.ts';

export const serviceDefinitions: Readonly<Record<string, JsonSchema>> = {
  build,
  dependsOn,
  service: {
    ...object(
      { ...serviceProcess, ...serviceNetwork, ...serviceStorage, ...serviceLimits },
      { what: 'a service' },
    ),
    'x-expects': 'a mapping that says what the service is',
  },
};

export const services = key(
  'Services',
  'The containers of the scenario, by names of your choice, with the words of Compose.',
  { web: { image: 'web', networks: ['front'] } },
  named('services', ref('service')),
);
