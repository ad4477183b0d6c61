import type { AlertContent } from "../../warehouse/alerts.ts";
import { nameMoment } from "../alerts/plain-text.ts";
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

/** What tells a token that nobody gave yet from one that was refused. */
export interface TokenBooks {
  readonly token: TokenStatus | null;
  readonly uses_stored_token: boolean;
}

/** New fields at Pinterest are kept; a later version of the connector gives them columns. */
const CAN_WAIT: ReadonlySet<string> = new Set(["schema_drift"]);

/** Alerts of a kind as one matter. */
export function groupAlerts(alerts: readonly AlertContent[], books: TokenBooks): Matter[] {
  return [...Map.groupBy(alerts, (alert) => nameAlert(alert, books))].map(([kind, same]) => ({
    kind,
    points: same.map(({ summary, details, next_step }) => ({ summary, details, next_step })),
    can_wait: CAN_WAIT.has(kind),
  }));
}

/** Its kind; but a token that nobody gave yet was not refused, though the alert is the same. */
export function nameAlert(
  { kind }: Pick<AlertContent, "kind">,
  { token, uses_stored_token }: TokenBooks,
): string {
  return kind === "token_refused" && uses_stored_token && token === null ? "token_missing" : kind;
}

/** What is to be done about all of them; null where it differs or there is nothing to do. */
export function findSharedStep(points: readonly Point[]): string | null {
  const [first, ...others] = points;
  return first && others.every(({ next_step }) => next_step === first.next_step) ? first.next_step : null;
}

/** A process that should run the schedule and is not heard of: the one thing that no alert can tell. */
export function findSilence(scheduler: SchedulerStatus | null): Matter[] {
  if (!scheduler || scheduler.alive) return [];
  const { pid, host, seen_at } = scheduler;
  const point = {
    summary: `Process ${pid} on ${host}, which ran the schedule, was last seen on ${nameMoment(seen_at)}.`,
    details: null,
    next_step: "Start it again with `pinterest-ads schedule`; what it missed is made up for.",
  };
  return [{ kind: "scheduler_silent", points: [point], can_wait: false }];
}
