import { execFileSync } from 'node:child_process';

/** An ordinary user of this machine, made for a test; useradd gives him subordinate ids. */
export interface Account extends Disposable {
  readonly uid: number;
  readonly gid: number;
}

export function addAccount(login: string): Account {
  execFileSync('useradd', ['--no-create-home', '--user-group', login]);
  const id = (which: string): number => Number(execFileSync('id', [which, login], { encoding: 'utf8' }));
  return {
    uid: id('-u'),
    gid: id('-g'),
    [Symbol.dispose]: () => void execFileSync('userdel', [login], { stdio: 'ignore' }),
  };
}
