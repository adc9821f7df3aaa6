import type { ForeignProcess } from '../../src/core/foreign-process.ts';
import { listInside, readInside } from '../../src/scenario/isolation/calls.ts';
import { maskIn, namesOf, sets } from '../../src/scenario/isolation/capabilities.ts';
import { lookAtFiles } from '../../src/scenario/isolation/file-facts.ts';
import { parseMountInfo } from '../../src/scenario/isolation/mount-info.ts';
import { statusField } from '../../src/scenario/isolation/status-fields.ts';
import { never } from '../engine/contract/contract-kit.ts';

/** What can be told of a container's main process, by name: the same of whoever started it. */
export type Facts = Readonly<Record<string, string>>;

const namespaces = ['pid', 'net', 'mnt', 'ipc', 'uts', 'user', 'cgroup'];
const masked = ['/proc/interrupts', '/proc/kcore', '/proc/keys', '/proc/timer_list', '/sys/firmware'];

/** `outside` are processes whose namespaces are not the container's own. */
export async function readFacts(target: ForeignProcess, outside: readonly number[]): Promise<Facts> {
  await using probe = await target.probe('root', never);
  const { witness } = target;
  const read = (name: string): string => witness.read(name) ?? 'not told';
  const status = read('status');
  const facts = new Map<string, string>();
  for (const name of namespaces) {
    const own = outside.every((pid) => witness.readOf(pid, `ns/${name}`) !== read(`ns/${name}`));
    facts.set(`namespace ${name}`, own ? 'its own' : "the host's");
  }
  facts.set('root', /^\s*0\s+0\s/m.test(read('uid_map')) ? "the host's" : 'another user of the host');
  facts.set('user', await numbersInside(probe));
  for (const set of sets) facts.set(`capabilities ${set}`, namesOf(maskIn(status, set)));
  for (const name of ['NoNewPrivs', 'Seccomp', 'Umask']) facts.set(name, statusField(status, name).join(' '));
  facts.set('number', statusField(status, 'NSpid').at(-1) ?? '');
  facts.set('oom_score_adj', read('oom_score_adj').trim());
  facts.set('command line', read('cmdline').replaceAll('\0', ' ').trim());
  facts.set('working directory', read('cwd'));
  facts.set('descriptors', (witness.list('fd') ?? []).toSorted().join(' '));
  for (const line of read('environ').split('\0').filter(Boolean)) {
    const [name = '', ...value] = line.split('=');
    facts.set(`environment ${name}`, value.join('='));
  }
  for (const [name, limit] of limitsIn(read('limits'))) {
    const isOurs = limitsIn(witness.readSelf('limits') ?? '').get(name) === limit;
    facts.set(`limit ${name}`, isOurs ? "the runner's" : limit);
  }
  for (const { target: place, type, flags, propagation } of parseMountInfo(read('mountinfo'))) {
    const kind = ofContainers.has(type) ? type : 'of the host';
    const lasting = flags.filter((flag) => !flag.endsWith('atime')).join(',');
    facts.set(`mount ${place}`, [kind, lasting, ...propagation.map((word) => word.split(':')[0])].join(' '));
  }
  await readInsideOf(probe, facts);
  return Object.fromEntries(facts);
}

/** Any other is of a file system that this host happens to have. */
const ofContainers = new Set(['overlay', 'proc', 'sysfs', 'tmpfs', 'devpts', 'mqueue', 'cgroup', 'cgroup2']);

function limitsIn(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').slice(1).filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [, name = '', soft = '', hard = ''] = /^(Max [a-z ]+?)\s{2,}(\S+)\s+(\S+)/.exec(line) ?? [];
      return [name, `${soft} ${hard}`];
    }),
  );
}

type Probe = Awaited<ReturnType<ForeignProcess['probe']>>;

/** Of process 1, as its own namespace numbers users. */
async function numbersInside(probe: Probe): Promise<string> {
  const status = await readInside(probe, '/proc/1/status');
  if ('error' in status) return status.error;
  const [uid, gid] = ['Uid', 'Gid'].map((name) => statusField(status.text, name)[1]);
  return `${uid}:${gid}, groups ${statusField(status.text, 'Groups').join(' ')}`;
}

async function readInsideOf(probe: Probe, facts: Map<string, string>): Promise<void> {
  const name = await readInside(probe, '/proc/sys/kernel/hostname');
  facts.set('host name', 'text' in name ? name.text.trim() : name.error);
  for (const path of masked) {
    const file = await readInside(probe, path);
    const list = 'error' in file && file.error === 'EISDIR' ? await listInside(probe, path) : undefined;
    const isEmpty =
      list === undefined ? 'text' in file && file.text === '' : 'names' in list && list.names.length === 0;
    facts.set(
      `reading ${path}`,
      isEmpty ? 'nothing' : 'error' in file && list === undefined ? file.error : 'something',
    );
  }
  const list = await listInside(probe, '/dev');
  const names = 'names' in list ? list.names : [];
  const files = await lookAtFiles(
    probe,
    names.map((each) => `/dev/${each}`),
  );
  for (const [path, file] of files)
    facts.set(
      path,
      'error' in file ? file.error : `${file.type}${file.type === 'char' ? ` ${file.node}` : ''}`,
    );
}
