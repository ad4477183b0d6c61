import { ConnectorError } from "../errors.ts";
import type { Clock } from "../pinterest/clock.ts";

/** A code lives for some ten minutes, and whoever has not agreed by then has gone away. */
const LIMIT_MS = 10 * 60_000;

/**
 * The user's answer, as long as there is one within ten minutes; `work` gets a signal that ends its waiting.
 * Rejects with `login_failed` when the time is over, with `interrupted` when `signal` is aborted.
 */
export async function awaitUser<T>(
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  work: (over: AbortSignal) => Promise<T>,
): Promise<T> {
  const finished = new AbortController();
  const over = AbortSignal.any([signal, finished.signal]);
  const limit = clock.sleep(LIMIT_MS, over).then(() => {
    throw noAnswer();
  });
  try {
    return await Promise.race([limit, work(over)]);
  } finally {
    finished.abort();
  }
}

function noAnswer(): ConnectorError {
  return new ConnectorError("login_failed", `No answer came within ${LIMIT_MS / 60_000} minutes`, {
    nextStep:
      "Run `pinterest-ads auth login` again. If the browser ended on a page that it could not open, use --manual.",
  });
}
