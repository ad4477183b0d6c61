import type { ErrorCode } from "../errors.ts";
import type { RunReport } from "../sync/run.ts";

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
const FIRST_PAUSE_MS = 10 * 60_000;
const TRIES_MAX = 3;

/** A run that is to be repeated. */
export interface SecondTry {
  /** Epoch milliseconds. */
  readonly at: number;
  /** How often it has been tried. */
  readonly tries: number;
  /** What is to be loaded again; undefined: everything. */
  readonly resources: ReadonlySet<string> | undefined;
}

/** Whether a run that did not load everything is worth repeating soon; undefined when its next tick is soon enough. */
export function planSecondTry(report: RunReport, tries: number, now: number): SecondTry | undefined {
  if (tries >= TRIES_MAX || report.status === "succeeded") return undefined;
  const { error, failures } = report;
  // Its account is asked anew by every run, and nothing of it is worth a run of its own.
  const worthwhile = failures.filter((failure) => failure.error.code !== "account_shut");
  const causes = [...(error ? [error] : []), ...worthwhile.map((failure) => failure.error)];
  if (!causes.some(({ code }) => PASSING.has(code))) return undefined;
  // What ended the run as a whole left slices unloaded that are no failures.
  const endedEarly = error !== undefined && !failures.some((failure) => failure.error === error);
  const resources = endedEarly ? undefined : new Set(worthwhile.map(({ slice }) => slice.resource.name));
  return { at: now + FIRST_PAUSE_MS * 2 ** (tries - 1), tries, resources };
}
