import { errnoOf } from '../client/errno-of.ts';

/** What a file that is renamed, removed or replaced while it is read gives. */
const goneErrors = ['ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR', 'ESPIPE', 'EINVAL', 'ENXIO'];

export async function unlessGone<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno !== undefined && goneErrors.includes(errno)) return undefined;
    throw error;
  }
}
