import type { Logger } from "pino";
import { ConnectorError } from "../errors.ts";
import type { Clock } from "./clock.ts";

/** Long enough for a database to fail over; the token exists nowhere else. */
const PAUSES_MS: readonly number[] = [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000, 60_000];

/**
 * Saves rotated tokens, trying again for three minutes, because Pinterest has already withdrawn the former ones.
 * Not abortable for the same reason. Rejects with `token_not_saved`; the tokens must then not be used.
 */
export async function saveDurably(save: () => Promise<void>, clock: Clock, logger: Logger): Promise<void> {
  let told = false;
  for (const pause of [...PAUSES_MS, undefined]) {
    try {
      return await save();
    } catch (error) {
      if (pause === undefined) throw notSaved(error);
      if (!told)
        logger.warn({ error: describe(error) }, "pinterest token not saved yet, do not stop this process");
      told = true;
      await clock.sleep(pause);
    }
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function notSaved(cause: unknown): ConnectorError {
  const why = describe(cause);
  return new ConnectorError(
    "token_not_saved",
    `Pinterest issued a new refresh token, but it could not be saved in the warehouse, so it is not used: ${why}`,
    {
      nextStep:
        "Repair the database first. If the next run says that the token is refused, authorise the app again with `pinterest-ads auth login`.",
      cause,
    },
  );
}
