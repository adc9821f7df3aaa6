/**
 * Work on each item, a few at once, in order. When one fails the others are told to stop, and are waited for: nothing goes on
 * behind the caller's back.
 */
export async function mapInParallel<T, R>(
  items: readonly T[],
  atOnce: number,
  signal: AbortSignal,
  work: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<readonly R[]> {
  const failed = new AbortController();
  const shared = AbortSignal.any([signal, failed.signal]);
  const results: R[] = [];
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  const runOne = async (): Promise<void> => {
    while (next < items.length && !shared.aborted) {
      const at = next;
      next += 1;
      const item = items[at] as T; // below the length
      try {
        results[at] = await work(item, shared);
      } catch (error) {
        failure ??= { error };
        failed.abort(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, runOne));
  signal.throwIfAborted();
  if (failure !== undefined) throw failure.error;
  return results;
}
