import type { Config } from "../config.ts";
import { type OpenWarehouse, openPinterest, type PinterestContextOptions } from "../context.ts";
import { ConnectorError } from "../errors.ts";
import type { Pinterest } from "../pinterest/client.ts";

/** The client of a process that outlives its tokens. */
export interface PinterestHolder {
  /** The same one as long as its tokens work, for it knows how far the rate limits are used. */
  get(): Pinterest;
  /** See `Pinterest.keepTokenAlive`. After a failure the next client reads anew what tokens there are. */
  ensureToken(olderThanMs: number, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export function createPinterestHolder(
  config: Config,
  open: OpenWarehouse,
  options: PinterestContextOptions,
  isBusy: () => boolean,
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

  return {
    get,
    close,
    async ensureToken(olderThanMs, signal) {
      try {
        await get().keepTokenAlive(olderThanMs, signal);
      } catch (error) {
        // A client that was refused a token stays so, and somebody may have put another one into the warehouse; a
        // given access token stays as it is. A run under way keeps its client to the end.
        const stale = error instanceof ConnectorError && error.code.startsWith("token_");
        if (stale && config.accessToken === undefined && !isBusy()) await close();
        throw error;
      }
    },
  };
}
