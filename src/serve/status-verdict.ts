import type { OpenAlert } from "../warehouse/status-alerts.ts";
import type { StatusDocument } from "./status-document.ts";

/** Something that a person should know of. */
export interface Matter {
  /** As alerts are called; `scheduler_silent` is none, for nobody is there to raise it. */
  readonly kind: string;
  /** What happened, a sentence for each subject. */
  readonly summaries: readonly string[];
  readonly next_step: string | null;
}

/** What to say first. */
export interface Verdict {
  /** `act`: somebody has to do something; `empty`: nothing was ever loaded. */
  readonly level: "well" | "act" | "empty";
  readonly headline: string;
  readonly matters: readonly Matter[];
  /** What is good to know and can wait. */
  readonly notes: readonly Matter[];
}

/** New fields at Pinterest are kept; a later version of the connector gives them columns. */
const CAN_WAIT: ReadonlySet<string> = new Set(["schema_drift"]);

/**
 * Whether somebody has to do something: what the open alerts say and, where no process runs the schedule and so nobody
 * raises alerts, what the books say themselves.
 */
export function reachVerdict(document: Omit<StatusDocument, "verdict">): Verdict {
  const alerted = groupAlerts(document.alerts);
  const watched = document.scheduler?.alive === true;
  const found = [
    ...findSilence(document),
    ...(watched ? [] : [...findTokenTrouble(document), ...findTroubleInBooks(document)]),
  ];
  const all = [...alerted, ...found.filter(({ kind }) => !alerted.some((alert) => alert.kind === kind))];
  const matters = all.filter(({ kind }) => !CAN_WAIT.has(kind));
  const notes = all.filter(({ kind }) => CAN_WAIT.has(kind));
  if (matters.length > 0)
    return { level: "act", headline: `${matters.length} ${needs(matters.length)} you`, matters, notes };
  if (document.runs.length === 0)
    return { level: "empty", headline: "Nothing is loaded yet", matters, notes };
  return { level: "well", headline: "All is well", matters, notes };
}

function needs(count: number): string {
  return count === 1 ? "thing needs" : "things need";
}

function groupAlerts(alerts: readonly OpenAlert[]): Matter[] {
  return [...Map.groupBy(alerts, ({ kind }) => kind)].map(([kind, same]) => ({
    kind,
    summaries: same.map(({ summary }) => summary),
    next_step: same[0]?.next_step ?? null,
  }));
}

type Books = Omit<StatusDocument, "verdict">;

function findSilence({ scheduler }: Books): Matter[] {
  if (!scheduler || scheduler.alive) return [];
  return [
    {
      kind: "scheduler_silent",
      summaries: [
        `Process ${scheduler.pid} on ${scheduler.host}, which runs the schedule, was last seen ${scheduler.seen_at.toISOString()}.`,
      ],
      next_step: "Start it again with: pinterest-ads schedule. What it missed is made up for, once.",
    },
  ];
}

function findTokenTrouble({ token }: Books): Matter[] {
  if (!token || token.state === "usable") return [];
  const next_step = "Authorise the connector anew with: pinterest-ads auth login";
  const end = token.refresh_token_expires_at?.toISOString().slice(0, 10) ?? "an unknown day";
  const summaries = {
    refused: `Pinterest refuses the refresh token: ${token.refused_reason ?? "it gave no reason"}.`,
    dead: `The refresh token ended on ${end}.`,
    expiring: `The refresh token ends on ${end}, and nothing has refreshed it.`,
  };
  const kind = token.state === "expiring" ? "token_expiring" : "token_refused";
  return [{ kind, summaries: [summaries[token.state]], next_step }];
}

function findTroubleInBooks({ runs, freshness, reconciliation }: Books): Matter[] {
  const last = runs.find(({ status }) => status !== "running" && status !== "interrupted");
  const stale = freshness.filter(({ state }) => state === "stale");
  const found: Matter[] = [];
  if (last && (last.status === "failed" || last.status === "partial"))
    found.push({
      kind: "run_failed",
      summaries: [
        last.status === "failed" ? "The last run loaded nothing." : "The last run loaded only part.",
      ],
      next_step: last.error ?? "Its failed slices and rejected records tell why.",
    });
  if (stale.length > 0)
    found.push({
      kind: "stale",
      summaries: [`${stale.length} of ${freshness.length} places hold data that is too old.`],
      next_step: "Load them with: pinterest-ads sync",
    });
  if (reconciliation.differing > 0)
    found.push({
      kind: "not_reconciled",
      summaries: [
        `${reconciliation.differing} sums of campaigns, ad groups or ads differ from their account's total.`,
      ],
      next_step: "See which with: pinterest-ads reconcile --from DAY --to DAY",
    });
  return found;
}
