import type { IsolationCheck } from './check.ts';

/**
 * What no step can show, because it holds when all steps are over: the census of the sandbox shows it, in every run, and an outcome of its own
 * (`leaked`) says that it does not hold.
 */
export const teardownClaim: Pick<IsolationCheck, 'id' | 'claim' | 'probed' | 'source'> & {
  readonly profile: 'always';
} = {
  id: 'teardown.nothing-left',
  claim: 'After the run no process, mount, namespace, interface, control group or directory of it exists.',
  probed:
    "the census that ends every run: the host's /proc for processes in any namespace of the run, /proc/self/mountinfo, /proc/net/dev, the directories of its control groups and writable layers, until there is nothing or the time is over; sockets, nftables and queues lie in those namespaces and go with them",
  source: 'namespaces(7), cgroups(7)',
  profile: 'always',
};
