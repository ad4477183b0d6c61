import type { ConnectorError } from "../../errors.ts";
import type { Logger } from "../../logger.ts";
import type { ClaimedAlert } from "../../warehouse/alert-deliveries.ts";
import type { UnkeptKind } from "./condition.ts";
import { flatten } from "./plain-text.ts";

const KIND: UnkeptKind = "warehouse_unusable";

/** Tells the webhook; what went wrong, or undefined when it took the message. */
export type Tell = (
  status: "firing" | "resolved",
  alert: ClaimedAlert,
  signal: AbortSignal,
) => Promise<string | undefined>;

/** A warehouse that cannot be used for long: the one trouble that cannot be kept in it. */
export interface OutageWatch {
  /** It could not be used now. After some minutes of that the webhook is told, once; tried again until it is taken. */
  failed(error: ConnectorError, signal: AbortSignal): Promise<void>;
  /** It could. If its outage was told, so is its end. */
  worked(signal: AbortSignal): Promise<void>;
}

/** Databases are restarted, and networks hiccup, without anybody having to know. */
const PATIENCE_MS = 10 * 60_000;
const ERROR_MAX = 400;

/** Kept in memory: a process that is replaced meanwhile takes with it that the end is to be told. `now` is epoch milliseconds. */
export function createOutageWatch(tell: Tell, now: () => number, logger: Logger): OutageWatch {
  let since: number | undefined;
  let told: ClaimedAlert | undefined;
  let attempts = 0;

  async function send(
    status: "firing" | "resolved",
    alert: ClaimedAlert,
    signal: AbortSignal,
  ): Promise<boolean> {
    const problem = await tell(status, alert, signal);
    if (problem !== undefined)
      logger.warn(
        { kind: alert.kind, status, attempts: alert.attempts, error: problem },
        "alerts not delivered",
      );
    return problem === undefined;
  }

  return {
    async failed(error, signal) {
      // Earlier than it began only by a clock that was set back.
      if (since === undefined || now() < since) since = now();
      if (told || now() - since < PATIENCE_MS) return;
      attempts += 1;
      const alert = describe(error, new Date(since), attempts);
      if (await send("firing", alert, signal)) told = alert;
    },
    async worked(signal) {
      since = undefined;
      attempts = 0;
      if (!told) return;
      if (await send("resolved", { ...told, attempts: 1, resolved_at: new Date(now()) }, signal))
        told = undefined;
    },
  };
}

function describe({ code, message, nextStep }: ConnectorError, since: Date, attempts: number): ClaimedAlert {
  return {
    kind: KIND,
    subject: "warehouse",
    level: null,
    summary: "The warehouse cannot be used. Nothing can be loaded.",
    details: flatten(`${code}: ${message}`, ERROR_MAX),
    next_step: nextStep ?? `docs/errors.md says what to do about ${code}.`,
    raised_at: since,
    resolved_at: null,
    attempts,
    perhaps_notified: false,
  };
}
