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
]);
const SERVER_ERROR = 500;
const FIRST_PAUSE_MS = 10 * 60_000;
const TRIES_MAX = 3;

type Row = Pick<ScheduleRow, "schedule" | "handled_through">;

/** Schedules whose run failed for a reason that may pass: they are run again, as a whole, after a pause. */
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
  /** Epoch milliseconds; undefined when none is to be repeated. */
  readonly at: number | undefined;
}

export function createRepetitions(): Repetitions {
  const pauses = new Map<
    string,
    { readonly since: number; readonly until: number; readonly tries: number }
  >();
  return {
    heed: (rows, now) =>
      rows.map((row) => {
        const pause = pauses.get(row.schedule);
        // Before its beginning only by a clock that was set back.
        if (!pause || now >= pause.until || now < pause.since) return row;
        return { ...row, handled_through: new Date(pause.since) };
      }),
    judge(report, due, decided, now) {
      const again = due.filter((name) => {
        const tries = (pauses.get(name)?.tries ?? 0) + 1;
        pauses.delete(name);
        if (tries >= TRIES_MAX || !mayPass(report)) return false;
        pauses.set(name, { since: decided, until: now + FIRST_PAUSE_MS * 2 ** (tries - 1), tries });
        return true;
      });
      const ends = again.flatMap((name) => pauses.get(name)?.until ?? []);
      return { again, at: ends.length > 0 ? Math.min(...ends) : undefined };
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
