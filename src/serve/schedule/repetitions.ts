import type { ConnectorError, ErrorCode } from "../../errors.ts";
import type { ScheduleName } from "../../schedules.ts";
import type { RunReport } from "../../sync/run.ts";
import type { ScheduleRow } from "../../warehouse/schedules.ts";

/** What may have passed a little later. Anything else fails again until somebody does something. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "pinterest_unreachable",
  "invalid_response",
  "rate_limit_budget_spent",
  "report_failed",
  "report_timeout",
  "repeated_bookmark",
  "already_running",
  "lock_lost",
  "database_unreachable",
  "database_full",
]);
const SERVER_ERROR = 500;
const MINUTE_MS = 60_000;
/** After the first failed try, the second and all others. */
const PAUSES_MS = [10 * MINUTE_MS, 20 * MINUTE_MS, 60 * MINUTE_MS] as const;
/** What has failed so often in a row is no hiccup, and a person is told. */
const TRIES_UNTOLD = 3;

type Row = Pick<ScheduleRow, "schedule" | "handled_through">;

/**
 * Schedules whose run failed for a reason that may pass: they are run again, as a whole, after 10 and 20 minutes. After
 * that one that loads nothing at all goes on hourly, for in an outage a try costs nothing, and one that loads a part
 * waits for its next tick.
 */
export interface Repetitions {
  /** The books as they are to be read at `now`: a schedule in its pause is due with its next tick, not before. */
  heed(rows: readonly Row[], now: number): readonly Row[];
  /** Takes note of a run that was decided on at `decided`; which of its schedules are not done yet, and until when. */
  judge(report: RunReport, due: readonly ScheduleName[], decided: number, now: number): Verdict;
  /** Another process has taken over: what it does not know of is void. */
  forget(): void;
}

export interface Verdict {
  readonly again: readonly ScheduleName[];
  /** Those of them that have failed so often that a person is to know. */
  readonly told: readonly ScheduleName[];
  /** Epoch milliseconds; undefined when none is to be repeated. */
  readonly at: number | undefined;
}

export function createRepetitions(): Repetitions {
  const pauses = new Map<
    string,
    { readonly since: number; readonly until: number; readonly tries: number }
  >();
  return {
    heed(rows, now) {
      // Before its beginning only by a clock that was set back.
      const paused = [...pauses].filter(([, { since, until }]) => now >= since && now < until);
      const names = new Set(paused.map(([schedule]) => schedule));
      return [
        ...rows.filter(({ schedule }) => !names.has(schedule)),
        ...paused.map(([schedule, { since }]) => ({ schedule, handled_through: new Date(since) })),
      ];
    },
    judge(report, due, decided, now) {
      const again = due.filter((name) => {
        const tries = (pauses.get(name)?.tries ?? 0) + 1;
        pauses.delete(name);
        if (!mayPass(report) || (tries >= TRIES_UNTOLD && report.status !== "failed")) return false;
        pauses.set(name, { since: decided, until: now + (PAUSES_MS[tries - 1] ?? PAUSES_MS[2]), tries });
        return true;
      });
      const told = again.filter((name) => (pauses.get(name)?.tries ?? 0) >= TRIES_UNTOLD);
      const ends = again.flatMap((name) => pauses.get(name)?.until ?? []);
      return { again, told, at: ends.length > 0 ? Math.min(...ends) : undefined };
    },
    forget: () => pauses.clear(),
  };
}

function mayPass({ status, error, failures }: RunReport): boolean {
  if (status === "succeeded") return false;
  return [...(error ? [error] : []), ...failures.map((failure) => failure.error)].some(isPassing);
}

function isPassing({ code, details }: ConnectorError): boolean {
  if (code !== "pinterest_error") return PASSING.has(code);
  return typeof details["status"] === "number" && details["status"] >= SERVER_ERROR;
}
