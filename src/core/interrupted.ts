/** Why a run's signal was aborted: the person, or the machine, asked it to end. */
export class Interrupted extends Error {
  readonly signalName: 'SIGINT' | 'SIGTERM' | 'SIGHUP';

  constructor(signalName: Interrupted['signalName']) {
    super('interrupted');
    this.name = 'Interrupted';
    this.signalName = signalName;
  }
}
