import type { OpenAlert } from "../../warehouse/alerts.ts";
import type { ReconciliationSummary } from "../../warehouse/reconciliation.ts";
import type { RunWithFailures } from "../../warehouse/status.ts";
import type { ShutAccount } from "../../warehouse/status-accounts.ts";
import type { DriftRow } from "../../warehouse/status-records.ts";
import type { RunProgress } from "../../warehouse/status-runs.ts";
import { flatten, listSome, nameMoment } from "../alerts/plain-text.ts";
import type { FreshnessStatus } from "./freshness.ts";
import type { SchedulerStatus } from "./schedules.ts";
import type { TokenStatus } from "./token.ts";

/** Something that a person should know of. */
export interface Matter {
  /** As alerts are called; `scheduler_silent` is none, for nobody is there to raise it, and `token_missing` a case of one. */
  readonly kind: string;
  /** One for each subject. */
  readonly points: readonly Point[];
  /** Good to know, and nothing is lost if nobody does anything. */
  readonly can_wait: boolean;
}

export interface Point {
  /** What happened, a sentence. */
  readonly summary: string;
  /** Why, as far as it is known; lines. */
  readonly details: string | null;
  readonly next_step: string | null;
}

/** What a verdict is reached from. */
export interface Books {
  readonly alerts: readonly OpenAlert[];
  readonly scheduler: SchedulerStatus | null;
  readonly runs: readonly RunWithFailures[];
  readonly progress: readonly RunProgress[];
  readonly token: TokenStatus | null;
  readonly uses_stored_token: boolean;
  readonly freshness: readonly FreshnessStatus[];
  readonly shut_accounts: readonly ShutAccount[];
  readonly drift: readonly DriftRow[];
  readonly reconciliation: ReconciliationSummary;
}

/** New fields at Pinterest are kept; a later version of the connector gives them columns. */
const CAN_WAIT: ReadonlySet<string> = new Set(["schema_drift"]);

const LINES_TOLD = 5;
const REASON_MAX = 300;
/** In place of advice that sends people to where they are. */
const BELOW = "The last runs below tell what failed, and docs/errors.md what to do about each error.";

/** Open alerts, those of a kind as one matter. */
export function groupAlerts(books: Pick<Books, "alerts" | "token" | "uses_stored_token">): Matter[] {
  return [...Map.groupBy(books.alerts, (alert) => nameAlert(alert, books))].map(([kind, same]) => ({
    kind,
    points: same.map(({ summary, details, next_step }) => ({
      summary,
      details,
      next_step: adviseHere(next_step),
    })),
    can_wait: CAN_WAIT.has(kind),
  }));
}

/** Its kind; but a token that nobody gave yet was not refused, though the alert is the same. */
export function nameAlert(
  { kind }: Pick<OpenAlert, "kind">,
  { token, uses_stored_token }: Pick<Books, "token" | "uses_stored_token">,
): string {
  return kind === "token_refused" && uses_stored_token && token === null ? "token_missing" : kind;
}

/** What is to be done about all of them; null where it differs or there is nothing to do. */
export function findSharedStep(points: readonly Point[]): string | null {
  const [first, ...others] = points;
  return first && others.every(({ next_step }) => next_step === first.next_step) ? first.next_step : null;
}

/** The same advice to those who see the last runs. */
export function adviseHere(nextStep: string): string {
  const sentences = nextStep.split(/(?<=\.) (?=[A-Z`])/);
  return sentences.map((sentence) => (sentence.includes("status page") ? BELOW : sentence)).join(" ");
}

/** A process that should run the schedule and is not heard of: the one thing that no alert can tell. */
export function findSilence({ scheduler }: Pick<Books, "scheduler">): Matter[] {
  if (!scheduler || scheduler.alive) return [];
  const { pid, host, seen_at } = scheduler;
  return [
    describe(
      "scheduler_silent",
      `Process ${pid} on ${host}, which ran the schedule, was last seen on ${nameMoment(seen_at)}.`,
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
      `The ${last.trigger} of ${nameMoment(last.started_at)} ${ended}.`,
      BELOW,
      last.failed_slices.length > 0
        ? last.failed_slices.map(({ resource, error, status }) => `${resource}: ${error ?? status}`)
        : [last.error ?? ""],
    ),
  ];
}

function findStale({ freshness }: Books): Matter[] {
  const wanted = freshness.filter(({ state }) => state !== "not_wanted");
  const stale = wanted
    .filter(({ state }) => state === "stale")
    .toSorted((a, b) => (b.age_seconds ?? 0) - (a.age_seconds ?? 0));
  if (stale.length === 0) return [];
  const summary = `${stale.length} of ${wanted.length} tables (by ad account) ${stale.length === 1 ? "was" : "were"} not loaded for too long.`;
  const places = stale.map(({ resource, scope_id, scope_name, fresh_at }) => {
    const place = scope_id === "*" ? resource : `${resource} of ${scope_name ?? scope_id}`;
    return `${place}: last loaded ${fresh_at ? nameMoment(fresh_at) : "never"}`;
  });
  return [describe("stale", summary, "Load them with `pinterest-ads sync`.", places)];
}

function findShut({ shut_accounts }: Books): Matter[] {
  if (shut_accounts.length === 0) return [];
  return [
    {
      kind: "account_shut",
      points: shut_accounts.map(({ ad_account_id, name, reason }) => ({
        summary: `Pinterest does not let us read ad account ${name ?? ad_account_id}.`,
        details: reason,
        next_step: "Ask its owner for access. It is taken up again by itself.",
      })),
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

function describe(
  kind: string,
  summary: string,
  next_step: string | null,
  lines: readonly string[] = [],
): Matter {
  const told = new Set(lines.map((line) => flatten(line, REASON_MAX)).filter((line) => line !== ""));
  const details = told.size > 0 ? listSome([...told], LINES_TOLD) : null;
  return { kind, points: [{ summary, details, next_step }], can_wait: false };
}
