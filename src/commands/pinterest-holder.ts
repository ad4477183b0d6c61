import type { Config } from "../config.ts";
import { type OpenWarehouse, openPinterest, type PinterestContextOptions } from "../context.ts";
import { ConnectorError } from "../errors.ts";
import type { Pinterest } from "../pinterest/client.ts";
import { needsPerson } from "../serve/schedule/obstacles.ts";

/** The client of a process that outlives its tokens. */
export interface PinterestHolder {
  /** The same one as long as its tokens work, for it knows how far the rate limits are used. */
  get(): Pinterest;
  /**
   * See `Pinterest.keepTokenAlive`. After a failure the next client reads anew what tokens there are. Ends within half
   * a minute: a refresh that takes longer goes on, and whoever needs its token waits for it.
   */
  ensureToken(olderThanMs: number, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** The schedule is not looked at meanwhile, whereas Pinterest may ask for minutes of patience. */
const PATIENCE_MS = 30_000;

export function createPinterestHolder(
  config: Config,
  open: OpenWarehouse,
  options: PinterestContextOptions,
  isBusy: () => boolean,
  patienceMs = PATIENCE_MS,
): PinterestHolder {
  let current: Pinterest | undefined;

  function get(): Pinterest {
    current ??= openPinterest(config, open, options);
    return current;
  }

  async function close(): Promise<void> {
    const former = current;
    current = undefined;
    await former?.close();
  }

  async function ensureToken(olderThanMs: number, signal: AbortSignal): Promise<void> {
    const patience = AbortSignal.timeout(patienceMs);
    const limited = AbortSignal.any([signal, patience]);
    const isOld = current !== undefined;
    try {
      await get().keepTokenAlive(olderThanMs, limited);
    } catch (error) {
      if (patience.aborted && !signal.aborted && isInterruption(error)) return;
      // A client that was refused a token stays so, and somebody may have put another one into the warehouse; a
      // given access token stays as it is. A run under way keeps its client to the end. One that could not save a
      // token is kept: nothing else has it.
      const stale = error instanceof ConnectorError && needsPerson(error.code);
      if (!stale || config.accessToken !== undefined || isBusy()) throw error;
      await close();
      // Only the old one remembers the refusal; what is stored may be another token by now.
      if (!isOld) throw error;
      await ensureToken(olderThanMs, signal);
    }
  }

  return { get, close, ensureToken };
}

function isInterruption(error: unknown): boolean {
  return error instanceof ConnectorError && error.code === "interrupted";
}
