import { errnoName } from '../tape/errno.ts';

/** As Node's own system errors look (`code`, `errno`, `syscall`), so that callers tell refused from reset alike. */
export function errnoError(syscall: string, errno: number): NodeJS.ErrnoException {
  const code = errnoName(errno);
  return Object.assign(new Error(`${syscall} ${code}`), { code, errno: -errno, syscall });
}
