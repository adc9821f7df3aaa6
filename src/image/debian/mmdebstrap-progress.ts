/** Lines of mmdebstrap (`I: …` on standard error) to lines for a person; undefined for what nobody waits for. */
export function renderProgress(line: string, packages: string): string | undefined {
  const text = /^I: (.*)$/.exec(line)?.[1];
  if (text === undefined) return undefined;
  if (text.startsWith('downloading packages')) return `retrieving ${packages}`;
  if (text.startsWith('extracting archives')) return 'unpacking the essential packages';
  if (text.startsWith('installing essential packages')) return 'configuring the essential packages';
  if (text.startsWith('installing remaining packages')) return `installing the rest of ${packages}`;
  if (text.startsWith('creating tarball')) return 'packing the file system';
  return undefined;
}
