import { formatCount } from "../../counting.ts";
import type { AlertContent } from "../../warehouse/alerts.ts";
import type { RunWithFailures } from "../../warehouse/status.ts";
import type { RunProgress } from "../../warehouse/status-runs.ts";
import type { FreshnessStatus } from "./freshness.ts";
import { findSilence, groupAlerts, type Matter, type TokenBooks } from "./matters.ts";
import type { SchedulerStatus, ScheduleStatus } from "./schedules.ts";

/** What a verdict is reached from. */
export interface VerdictBasis extends TokenBooks {
  readonly alerts: readonly AlertContent[];
  readonly scheduler: SchedulerStatus | null;
  readonly schedules: readonly Pick<ScheduleStatus, "schedule">[];
  readonly runs: readonly RunWithFailures[];
  readonly progress: readonly RunProgress[];
  readonly freshness: readonly FreshnessStatus[];
}

/** What to say first. */
export interface Verdict {
  /**
   * `act`: somebody has to do something; `empty`: nothing was ever loaded; `incomplete`: nobody has to do anything yet,
   * but something was never loaded, or the last run did not load everything.
   */
  readonly level: "well" | "act" | "empty" | "incomplete";
  readonly headline: string;
  /** What somebody has to do something about, the most urgent first. */
  readonly matters: readonly Matter[];
  /** What is good to know and can wait. */
  readonly notes: readonly Matter[];
}

/** Without a process that loads, or a token, nothing else can be mended. */
const URGENCY = [
  "scheduler_silent",
  "token_missing",
  "token_refused",
  "run_failed",
  "stale",
  "token_expiring",
  "account_shut",
  "not_reconciled",
];
const NO_TOKEN: ReadonlySet<string> = new Set(["token_missing", "token_refused"]);
/** Without a token nothing is loaded, so that data grows old is no news, nor is that the token's days would end. */
const OF_NO_TOKEN: ReadonlySet<string> = new Set(["token_expiring", "stale"]);

/**
 * Whether somebody has to do something: what the open alerts say, and what holds now and is not raised yet, or anew
 * (`untold`).
 */
export function reachVerdict(books: VerdictBasis, untold: readonly AlertContent[] = []): Verdict {
  const { alerts, scheduler } = books;
  // There is one token that is used: what is wrong with another one is over.
  const outdated = ({ kind, subject }: AlertContent) =>
    untold.some((other) => other.kind === kind && (other.subject === subject || kind === "token_refused"));
  const current = [...alerts.filter((alert) => !outdated(alert)), ...untold];
  const all = [...findSilence(scheduler), ...groupAlerts(current, books)];
  const hasNoToken = all.some(({ kind }) => NO_TOKEN.has(kind));
  const told = all.filter(({ kind }) => !(hasNoToken && OF_NO_TOKEN.has(kind)));
  const matters = told.filter(({ can_wait }) => !can_wait).toSorted(mostUrgentFirst);
  const notes = told.filter(({ can_wait }) => can_wait);
  return { ...summarise(matters.length, books), matters, notes };
}

function summarise(count: number, books: VerdictBasis): Pick<Verdict, "level" | "headline"> {
  if (count > 0)
    return { level: "act", headline: `${count} ${count === 1 ? "thing needs" : "things need"} you` };
  if (books.runs.length === 0) return { level: "empty", headline: "Nothing is loaded yet" };
  const incomplete = describeIncomplete(books);
  if (incomplete !== undefined) return { level: "incomplete", headline: incomplete };
  const failed = describeFailed(books);
  if (failed !== undefined) return { level: "incomplete", headline: failed };
  return { level: "well", headline: "All is well" };
}

/** Undefined when all that is to be copied was loaded at least once. */
function describeIncomplete({ freshness, runs, progress }: VerdictBasis): string | undefined {
  const wanted = freshness.filter(({ state }) => state !== "not_wanted");
  const never = wanted.filter(({ state }) => state === "never_loaded").length;
  if (never === 0) return undefined;
  const current = runs.find(({ status }) => status === "running");
  const isFirst = runs.every(({ status }) => status !== "succeeded" && status !== "partial");
  if (!current || !isFirst)
    return `${formatCount(never)} of ${formatCount(wanted.length)} tables not loaded yet`;
  const { slices = 0, slices_ended: ended = 0 } = progress.find(({ run_id }) => run_id === current.id) ?? {};
  return slices === 0
    ? "First load: it has begun"
    : `First load: ${formatCount(ended)} of ${formatCount(slices)} slices`;
}

const SHORTFALLS = [
  ["failed", "failed"],
  ["partial", "loaded only a part"],
  ["interrupted", "was interrupted"],
] as const;

/**
 * A run that failed for a reason that may pass is no alert before it was repeated, one that met a token that is
 * replaced by now none either, and one that was stopped none at all; but none of them is well. The last one of a
 * schedule is not made good by a run of another.
 */
function describeFailed({ runs, schedules, scheduler }: VerdictBasis): string | undefined {
  const ended = runs.filter(
    ({ status, error_code }) => status !== "running" && error_code !== "already_running",
  );
  const last = ended[0]?.status;
  for (const [status, words] of SHORTFALLS) {
    if (last === status) return `The last run ${words}, the next one is still to come`;
    // Where nothing runs the schedule any more, something else loads what it did.
    const behind = (scheduler?.alive ? schedules : []).find(
      ({ schedule }) => ended.find((run) => run.schedules.includes(schedule))?.status === status,
    );
    if (behind)
      return `The last run of ${behind.schedule.replaceAll("_", " ")} ${words}, the next one is still to come`;
  }
  return undefined;
}

function mostUrgentFirst(a: Matter, b: Matter): number {
  return URGENCY.indexOf(a.kind) - URGENCY.indexOf(b.kind);
}
