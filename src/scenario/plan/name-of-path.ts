/** A step's or a case's path as the name of a container or folder: `/steps/3` → `steps-3`, `/cases/0[2]/steps/1` → `cases-0-2-steps-1`. */
export function nameOfPath(path: string): string {
  return path
    .split(/[/[\]]+/)
    .filter((part) => part !== '')
    .join('-');
}
