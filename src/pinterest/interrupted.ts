import { ConnectorError } from "../errors.ts";

/** The error of everything that ends because its signal was aborted. */
export function interrupted(): ConnectorError {
  return new ConnectorError("interrupted", "Stopped on request before it was finished", {
    nextStep: "Run it again; nothing half done was kept.",
  });
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw interrupted();
}

/**
 * The result of `work`, or `interrupted` as soon as the signal is aborted.
 * `work` itself goes on: for work that others wait for too, or that must not be abandoned.
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  const aborted = Promise.withResolvers<never>();
  const stop = () => aborted.reject(interrupted());
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
