/**
 * A look that goes through much and that many ask for at one time: those who ask in one turn of the event loop wait for the same one, which
 * begins after the last of them has asked.
 */
export function oncePerTurn<T>(look: () => T): () => Promise<T> {
  let next: Promise<T> | undefined;
  return () => {
    next ??= new Promise((resolve) => setImmediate(resolve)).then(() => {
      next = undefined;
      return look();
    });
    return next;
  };
}
