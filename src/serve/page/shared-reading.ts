/**
 * `read`, shared: whoever asks while it is under way, or for `keptMs` after it ended, gets the same result. A failure is
 * shared only with those who wait for it.
 */
export function shareReading<T>(read: () => Promise<T>, keptMs: number): () => Promise<T> {
  let shared: Promise<T> | undefined;
  let readAt: number | undefined;
  return () => {
    if (shared && (readAt === undefined || performance.now() - readAt < keptMs)) return shared;
    readAt = undefined;
    const reading = read().then(
      (result) => {
        readAt = performance.now();
        return result;
      },
      (error) => {
        shared = undefined;
        throw error;
      },
    );
    shared = reading;
    return reading;
  };
}
