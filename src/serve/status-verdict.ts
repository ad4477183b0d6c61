import { type Books, findSilence, findTroubleInBooks, groupAlerts, type Matter } from "./status-matters.ts";

/** What to say first. */
export interface Verdict {
  /** `act`: somebody has to do something; `empty`: nothing was ever loaded. */
  readonly level: "well" | "act" | "empty";
  readonly headline: string;
  /** What somebody has to do something about, the most urgent first. */
  readonly matters: readonly Matter[];
  /** What is good to know and can wait. */
  readonly notes: readonly Matter[];
}

/** Without a process that loads, or a token, nothing else can be mended. */
const URGENCY = [
  "scheduler_silent",
  "token_refused",
  "run_failed",
  "stale",
  "token_expiring",
  "account_shut",
  "not_reconciled",
];

/**
 * Whether somebody has to do something: what the open alerts say and, where no process runs the schedule and so nobody
 * raises alerts, what the books themselves tell.
 */
export function reachVerdict(books: Books): Verdict {
  const alerted = groupAlerts(books.alerts);
  const found = [...findSilence(books), ...(books.scheduler?.alive ? [] : findTroubleInBooks(books))];
  const all = [...alerted, ...found.filter(({ kind }) => !alerted.some((alert) => alert.kind === kind))];
  const matters = all.filter(({ can_wait }) => !can_wait).toSorted(mostUrgentFirst);
  const notes = all.filter(({ can_wait }) => can_wait);
  const count = matters.length;
  if (count > 0)
    return {
      level: "act",
      headline: `${count} ${count === 1 ? "thing needs" : "things need"} you`,
      matters,
      notes,
    };
  if (books.runs.length === 0) return { level: "empty", headline: "Nothing is loaded yet", matters, notes };
  return { level: "well", headline: "All is well", matters, notes };
}

function mostUrgentFirst(a: Matter, b: Matter): number {
  return URGENCY.indexOf(a.kind) - URGENCY.indexOf(b.kind);
}
