/** Closed while a container is paused: whatever its processes do waits here. */
export class FakeGate {
  #waiting: (() => void)[] | undefined;

  get closed(): boolean {
    return this.#waiting !== undefined;
  }

  close(): void {
    this.#waiting ??= [];
  }

  open(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const resume of waiting) resume();
  }

  async pass(): Promise<void> {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
}
