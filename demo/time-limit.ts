/**
 * Runs something that ends after so many milliseconds, with `reason`, or when `ending` is aborted. In place of
 * `AbortSignal.any()` with a timeout, which Node may collect as garbage while it is waited for: then it never fires.
 */
export async function withinTime<Result>(
  { milliseconds, reason, ending }: { milliseconds: number; reason: Error; ending?: AbortSignal },
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const breakOff = (): void => controller.abort(ending?.reason);
  const timer = setTimeout(() => controller.abort(reason), milliseconds);
  ending?.addEventListener('abort', breakOff);
  try {
    ending?.throwIfAborted();
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    ending?.removeEventListener('abort', breakOff);
  }
}
