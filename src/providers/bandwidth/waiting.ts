/** Waiting that ends: on time, or when it is called off. Leaves no timer and no listener behind. */

export class TimeLimitError extends Error {}

/**
 * Settles as `work` does, unless that takes longer than `limit` (milliseconds; rejects with a TimeLimitError) or the
 * signal is aborted first (rejects with its reason).
 */
export async function within<T>(work: Promise<T>, limit: number, signal: AbortSignal): Promise<T> {
  let release = () => {};
  const stopped = new Promise<never>((_, reject) => {
    const abort = () => reject(signal.reason as Error);
    const timer = setTimeout(() => reject(new TimeLimitError()), limit);
    signal.addEventListener('abort', abort);
    release = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    };
    if (signal.aborted) abort();
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    release();
  }
}

/** Resolves after so many milliseconds, or at once when the browser comes online. Rejects when aborted. */
export async function pause(duration: number, signal: AbortSignal): Promise<void> {
  let wake = () => {};
  const online = new Promise<void>((resolve) => {
    wake = resolve;
    addEventListener('online', wake);
  });
  try {
    await within(online, duration, signal);
  } catch (error) {
    if (!(error instanceof TimeLimitError)) throw error;
  } finally {
    removeEventListener('online', wake);
  }
}
