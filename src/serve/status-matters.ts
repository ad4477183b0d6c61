import type { OpenAlert } from "../warehouse/alerts.ts";
import type { ReconciliationSummary } from "../warehouse/reconciliation.ts";
import type { ShutAccount } from "../warehouse/status-accounts.ts";
import type { DriftRow } from "../warehouse/status-records.ts";
import type { StatusRun } from "../warehouse/status-runs.ts";
import type { FreshnessStatus } from "./status-freshness.ts";
import type { SchedulerStatus } from "./status-schedules.ts";
import type { TokenStatus } from "./status-token.ts";

/** Something that a person should know of. */
export interface Matter {
  /** As alerts are called; `scheduler_silent` is none, for nobody is there to raise it. */
  readonly kind: string;
  /** What happened, a sentence for each subject. */
  readonly summaries: readonly string[];
  readonly next_step: string | null;
  /** Good to know, and nothing is lost if nobody does anything. */
  readonly can_wait: boolean;
}

/** What a verdict is reached from. */
export interface Books {
  readonly alerts: readonly OpenAlert[];
  readonly scheduler: SchedulerStatus | null;
  readonly runs: readonly StatusRun[];
  readonly token: TokenStatus | null;
  readonly freshness: readonly FreshnessStatus[];
  readonly shut_accounts: readonly ShutAccount[];
  readonly drift: readonly DriftRow[];
  readonly reconciliation: ReconciliationSummary;
}

/** New fields at Pinterest are kept; a later version of the connector gives them columns. */
const CAN_WAIT: ReadonlySet<string> = new Set(["schema_drift"]);

/** Open alerts, those of a kind as one matter. */
export function groupAlerts(alerts: readonly OpenAlert[]): Matter[] {
  return [...Map.groupBy(alerts, ({ kind }) => kind)].map(([kind, same]) => ({
    kind,
    summaries: same.map(({ summary }) => summary),
    next_step: same[0]?.next_step ?? null,
    can_wait: CAN_WAIT.has(kind),
  }));
}

/** A process that should run the schedule and is not heard of: the one thing that no alert can tell. */
export function findSilence({ scheduler }: Pick<Books, "scheduler">): Matter[] {
  if (!scheduler || scheduler.alive) return [];
  const { pid, host, seen_at } = scheduler;
  return [
    describe(
      "scheduler_silent",
      `Process ${pid} on ${host}, which ran the schedule, was last seen on ${tellMoment(seen_at)}.`,
      "Start it again with `pinterest-ads schedule`; what it missed is made up for.",
    ),
  ];
}

/** What the books themselves tell, for where no process runs the schedule and so nobody raises alerts. */
export function findTroubleInBooks(books: Books): Matter[] {
  const token = findTokenTrouble(books.token);
  return [
    ...token,
    ...findFailedRun(books),
    ...findStale(books),
    ...findShut(books),
    ...findSurprises(books),
  ];
}

function findTokenTrouble(token: TokenStatus | null): Matter[] {
  if (!token || token.state === "usable") return [];
  const end = token.refresh_token_expires_at?.toISOString().slice(0, 10) ?? "an unknown day";
  const summaries = {
    refused: "Pinterest refuses the refresh token. Nothing can be loaded.",
    dead: `The refresh token ended on ${end}. Nothing can be loaded.`,
    expiring: `The refresh token ends on ${end}, and nothing has refreshed it.`,
  };
  const kind = token.state === "expiring" ? "token_expiring" : "token_refused";
  return [describe(kind, summaries[token.state], "Authorise the app again with `pinterest-ads auth login`.")];
}

function findFailedRun({ runs, token }: Books): Matter[] {
  const last = runs.find(({ status }) => status !== "running" && status !== "interrupted");
  if (last?.status !== "failed" && last?.status !== "partial") return [];
  // The token is the cause, and is told already.
  if (token && last.error_code?.startsWith("token_") && token.state !== "usable") return [];
  const ended = last.status === "failed" ? "loaded nothing" : "loaded only part";
  return [
    describe(
      "run_failed",
      `The ${last.trigger} of ${tellMoment(last.started_at)} ${ended}.`,
      "The last runs below tell what failed, and why.",
    ),
  ];
}

function findStale({ freshness }: Books): Matter[] {
  const wanted = freshness.filter(({ state }) => state !== "not_wanted");
  const stale = wanted.filter(({ state }) => state === "stale").length;
  if (stale === 0) return [];
  const summary = `${stale} of ${wanted.length} tables (by ad account) ${stale === 1 ? "was" : "were"} not loaded for too long.`;
  return [describe("stale", summary, "Load them with `pinterest-ads sync`.")];
}

function findShut({ shut_accounts }: Books): Matter[] {
  if (shut_accounts.length === 0) return [];
  return [
    {
      kind: "account_shut",
      summaries: shut_accounts.map(
        ({ ad_account_id, name }) => `Pinterest does not let us read ad account ${name ?? ad_account_id}.`,
      ),
      next_step: "Ask its owner for access. It is taken up again by itself.",
      can_wait: false,
    },
  ];
}

function findSurprises({ drift, reconciliation: { differing } }: Books): Matter[] {
  const fields = drift.map(({ resource, field }) => `${resource}.${field}`);
  const news =
    fields.length === 0 ? [] : [`Pinterest sends fields that are kept in _extra: ${fields.join(", ")}.`];
  const sums =
    differing === 0
      ? []
      : [`Sums that differ from their ad account's total: ${differing.toLocaleString("en-US")}.`];
  return [
    ...news.map((summary) => ({ ...describe("schema_drift", summary, null), can_wait: true })),
    // Among them are days that Pinterest still counts, which nobody has to do anything about.
    ...sums.map((summary) => ({
      ...describe("not_reconciled", summary, "Look at them with `pinterest-ads reconcile`."),
      can_wait: true,
    })),
  ];
}

function describe(kind: string, summary: string, next_step: string | null): Matter {
  return { kind, summaries: [summary], next_step, can_wait: false };
}

function tellMoment(moment: Date): string {
  return `${moment.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
