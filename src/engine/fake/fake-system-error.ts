export type FakeErrno = 'EADDRINUSE' | 'ECONNREFUSED' | 'EISDIR' | 'ELOOP' | 'ENOENT' | 'ENOTDIR' | 'EROFS';

/** strerror(3), in the words of glibc. */
const sentences: Readonly<Record<FakeErrno, string>> = {
  EADDRINUSE: 'Address already in use',
  ECONNREFUSED: 'Connection refused',
  EISDIR: 'Is a directory',
  ELOOP: 'Too many levels of symbolic links',
  ENOENT: 'No such file or directory',
  ENOTDIR: 'Not a directory',
  EROFS: 'Read-only file system',
};

/** What a system call inside a fake container fails with. */
export class FakeSystemError extends Error {
  readonly code: FakeErrno;

  constructor(code: FakeErrno, subject: string) {
    super(`${subject}: ${sentences[code]}`);
    this.name = 'FakeSystemError';
    this.code = code;
  }
}
