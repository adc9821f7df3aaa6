import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Every path below a directory: `type mode uid:gid links content`. As root, on a file system with real ids. */
export function walkTree(root: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const firstNames = new Map<string, string>();
  const xattrs = readXattrs(root);
  const walk = (name: string): void => {
    const path = join(root, name);
    const facts = lstatSync(path);
    const attributes = xattrs.get(name) ?? '';
    const owner = `${(facts.mode & 0o7777).toString(8)} ${facts.uid}:${facts.gid}${attributes}`;
    if (facts.isSymbolicLink()) found[name] = `-> ${readlinkSync(path)} ${facts.uid}:${facts.gid}`;
    else if (facts.isDirectory()) found[name] = `directory ${owner}`;
    else if (facts.isFile()) {
      const inode = `${facts.dev}:${facts.ino}`;
      const first = facts.nlink > 1 ? firstNames.get(inode) : undefined;
      firstNames.set(inode, name);
      const digest = createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 12);
      found[name] = first === undefined ? `file ${owner} ${facts.size} ${digest}` : `= ${first}`;
    } else found[name] = `${facts.isFIFO() ? 'fifo' : 'other'} ${owner}`;
    if (facts.isDirectory())
      for (const child of readdirSync(path).sort()) walk(name === '' ? child : `${name}/${child}`);
  };
  walk('');
  return found;
}

/** getfattr(1) of all names; `security.selinux` and the like are the machine's. */
function readXattrs(root: string): ReadonlyMap<string, string> {
  const out = execFileSync(
    'getfattr',
    ['-R', '-P', '-h', '-d', '-m', '^(user\\.|security\\.capability)', '-e', 'hex', '.'],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  ).toString();
  const found = new Map<string, string>();
  for (const block of out.split('\n\n')) {
    const [head = '', ...lines] = block.split('\n');
    const name = head.replace(/^# file: /, '').replace(/^\.\/?/, '');
    const kept = lines.filter((line) => line !== '' && !line.startsWith('user.overlay.')).sort();
    if (kept.length > 0) found.set(name, ` ${kept.join(' ')}`);
  }
  return found;
}
