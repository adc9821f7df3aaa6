const compared = [
  ...['User', 'ExposedPorts', 'Env', 'Entrypoint', 'Cmd', 'Volumes', 'WorkingDir', 'Labels', 'StopSignal'],
  ...['Healthcheck', 'Shell', 'OnBuild'],
] as const;

/** What both say of a container's start, in one form: what is empty is left out, and what buildah says of itself; no folder is the root. */
export function plainConfig(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const plain: Record<string, unknown> = {};
  for (const key of compared) {
    const value = key === 'Labels' ? withoutBuildah(config[key]) : config[key];
    if (!isEmpty(value) && !(key === 'WorkingDir' && value === '/')) plain[key] = value;
  }
  return plain;
}

function withoutBuildah(labels: unknown): unknown {
  if (typeof labels !== 'object' || labels === null) return labels;
  return Object.fromEntries(Object.entries(labels).filter(([name]) => name !== 'io.buildah.version'));
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
