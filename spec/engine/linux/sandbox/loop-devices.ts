import { readdirSync, readFileSync } from 'node:fs';

/** Loop devices that are attached to files below a directory, with a name or without. */
export function loopDevicesOver(directory: string): readonly string[] {
  return readdirSync('/sys/block')
    .filter((name) => /^loop\d+$/.test(name) && backingFileOf(name).startsWith(`${directory}/`))
    .map((name) => `/dev/${name}`);
}

function backingFileOf(name: string): string {
  try {
    return readFileSync(`/sys/block/${name}/loop/backing_file`, 'utf8');
  } catch {
    return ''; // it is attached to nothing
  }
}
