import { MayflyError } from '../../../core/mayfly-error.ts';

/**
 * The container's pid 1 went while it was being entered: no such process, none with namespaces (EPERM; init may enter all that
 * live), or no more of them in its PID namespace.
 */
export function hasEnded(error: unknown): boolean {
  if (!(error instanceof MayflyError) || error.code !== 'LAUNCH_FAILED') return false;
  const { kind, errno } = (error.cause ?? {}) as { readonly kind?: string; readonly errno?: string };
  return (
    (kind === 'setns' && (errno === 'ESRCH' || errno === 'EPERM')) || (kind === 'clone' && errno === 'ENOMEM')
  );
}
