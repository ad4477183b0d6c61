import { type ConnectorError, describeError } from "../../errors.ts";
import type { FreshnessRow } from "../../warehouse/freshness.ts";
import type { SchedulerState } from "../scheduler-state.ts";
import type { Observation } from "./observe.ts";
import { judgeToken, type TokenSettings } from "./token-state.ts";

/** Whether the connector can do its work, point by point. */
export interface Readiness {
  readonly ready: boolean;
  readonly checks: readonly Check[];
}

export interface Check {
  readonly check: "database" | "schema" | "token" | "scheduler" | "freshness";
  readonly ok: boolean;
  /** For a person. Holds no secret. */
  readonly detail: string;
}

export interface ReadinessOptions {
  readonly observe: () => Promise<Observation>;
  readonly scheduler: () => SchedulerState;
  readonly token: TokenSettings;
  readonly maxStalenessMs: number;
  /** The scheduler's clock, epoch milliseconds. */
  readonly now: () => number;
}

/** The scheduler looks every minute, during a run as well; so long a silence is no delay any more. */
const SILENCE_MS = 3 * 60_000;
const UNKNOWN = "not known, for the warehouse could not be read";

/** The answer of /readyz. A standby is ready when everything else is: it takes over at any moment. */
export async function checkReadiness(options: ReadinessOptions): Promise<Readiness> {
  const observation = await options.observe();
  const now = options.now();
  const checks = [
    ...checkWarehouse(observation),
    ...checkBooks(observation, options, now),
    checkScheduler(options.scheduler(), now),
  ];
  return { ready: checks.every(({ ok }) => ok), checks };
}

function checkWarehouse(observation: Observation): Check[] {
  if (observation.kind === "unreachable")
    return [failed("database", observation.error), { check: "schema", ok: false, detail: UNKNOWN }];
  const reachable: Check = { check: "database", ok: true, detail: "reachable" };
  if (observation.kind === "unmigrated") return [reachable, failed("schema", observation.error)];
  return [reachable, { check: "schema", ok: true, detail: "migrated" }];
}

function checkBooks(
  observation: Observation,
  { scheduler, token, maxStalenessMs }: ReadinessOptions,
  now: number,
): Check[] {
  const { blocked } = scheduler();
  if (observation.kind !== "read")
    return [
      { check: "token", ok: false, detail: UNKNOWN },
      { check: "freshness", ok: false, detail: UNKNOWN },
    ];
  const { usable, detail } = judgeToken(token, observation.books.token, now);
  // What the scheduler met when it looked for a token, such as a wrong key, cannot all be read from the books.
  const obstacle = blocked?.code.startsWith("token_") ? blocked.message : undefined;
  return [
    { check: "token", ok: usable && obstacle === undefined, detail: usable ? (obstacle ?? detail) : detail },
    checkFreshness(observation.books.freshness, maxStalenessMs),
  ];
}

function checkFreshness(rows: readonly FreshnessRow[], maxStalenessMs: number): Check {
  const limit = describeAge(maxStalenessMs / 1000);
  const bad = rows.filter(({ age_seconds }) => age_seconds === null || age_seconds * 1000 > maxStalenessMs);
  const [worst] = bad.toSorted((a, b) => ageOf(b) - ageOf(a));
  if (!worst) return { check: "freshness", ok: true, detail: `nothing is older than ${limit}` };
  const place = worst.scope_id === "*" ? worst.resource : `${worst.resource} of ${worst.scope_id}`;
  const state = worst.age_seconds === null ? "was never loaded" : `is ${describeAge(worst.age_seconds)} old`;
  const others = bad.length > 1 ? `; ${bad.length - 1} more of ${rows.length} are older or not loaded` : "";
  return { check: "freshness", ok: false, detail: `${place} ${state} (limit ${limit})${others}` };
}

/** What was never loaded is older than everything. */
function ageOf({ age_seconds }: FreshnessRow): number {
  return age_seconds ?? Number.MAX_VALUE;
}

function checkScheduler({ role, holder, lookedAt, blocked }: SchedulerState, now: number): Check {
  if (role === "stopped") return { check: "scheduler", ok: false, detail: "stopped" };
  if (role === "starting" || lookedAt === undefined)
    return { check: "scheduler", ok: false, detail: "has not looked at the schedule yet" };
  if (now - lookedAt > SILENCE_MS)
    return {
      check: "scheduler",
      ok: false,
      detail: `has not looked at the schedule for ${describeAge((now - lookedAt) / 1000)}`,
    };
  const waits = blocked ? `; due schedules wait: ${blocked.message}` : "";
  const detail = role === "standby" ? `standby; the schedule is run by ${holder ?? "another process"}` : role;
  return { check: "scheduler", ok: true, detail: detail + waits };
}

function failed(check: Check["check"], error: ConnectorError): Check {
  return { check, ok: false, detail: describeError(error) };
}

const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;
const DAY_S = 24 * HOUR_S;

/** Rounded down to the largest unit of which there are two. */
function describeAge(seconds: number): string {
  if (seconds >= 2 * DAY_S) return `${Math.floor(seconds / DAY_S)} days`;
  if (seconds >= 2 * HOUR_S) return `${Math.floor(seconds / HOUR_S)} hours`;
  return `${Math.floor(seconds / MINUTE_S)} minutes`;
}
