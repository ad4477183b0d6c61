import { Gauge, type Registry } from "prom-client";
import type { StoredToken } from "../../warehouse/stored-token.ts";
import type { Books, Observation } from "../health/observe.ts";
import type { SchedulerState } from "../schedule/scheduler-state.ts";
import { PREFIX } from "./prefix.ts";

/** How things stand at the moment of the scrape. */
export interface StateGauges {
  /** Sets all of them at once; what cannot be known now has no series, for an old number would pass for a new one. */
  set(observation: Observation, scheduler: SchedulerState, maxStalenessMs: number, now: number): void;
}

export function createStateGauges(registry: Registry): StateGauges {
  const gauge = <Label extends string = never>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name: PREFIX + name, help, labelNames, registers: [registry] });
  const up = gauge(
    "database_up",
    "1 when the warehouse can be read, 0 when it is unreachable or not migrated.",
  );
  const active = gauge("scheduler_active", "1 when this process runs the schedule, 0 when it is a standby.");
  const running = gauge("running", "1 while a scheduled run of this process is under way.");
  const limit = gauge(
    "freshness_limit_seconds",
    "Age above which data counts as stale (health.max_staleness).",
  );
  const age = gauge(
    "freshness_age_seconds",
    "Time since data was last loaded; scope is the ad account, the owner of catalogs, or *. Without a series it never was: see never_loaded.",
    "resource",
    "scope",
  );
  const missing = gauge(
    "never_loaded",
    "Ad accounts or owners of which nothing was ever loaded.",
    "resource",
  );
  const left = gauge(
    "token_seconds_left",
    "Time until the stored token ends; negative when it has.",
    "token",
  );
  const rejected = gauge("rejected_records", "Rejected records that are kept, at most 10,000.", "resource");
  const alerts = gauge("alerts_open", "Alerts that are not resolved.", "kind");
  const lastRun = gauge(
    "last_run_timestamp_seconds",
    "When a run of any process last ended in this status.",
    "status",
  );

  function setBooks({ freshness, token, ...tallies }: Books, now: number): void {
    for (const { resource, scope_id, age_seconds } of freshness) {
      missing.inc({ resource }, age_seconds === null ? 1 : 0);
      if (age_seconds !== null) age.set({ resource, scope: scope_id }, age_seconds);
    }
    for (const [name, end] of listEnds(token)) left.set({ token: name }, (end.getTime() - now) / 1000);
    for (const { resource, count } of tallies.rejected) rejected.set({ resource }, count);
    for (const { kind, count } of tallies.alerts) alerts.set({ kind }, count);
    for (const { status, finished_at } of tallies.lastRuns)
      lastRun.set({ status }, finished_at.getTime() / 1000);
  }

  return {
    set(observation, scheduler, maxStalenessMs, now) {
      for (const one of [age, missing, left, rejected, alerts, lastRun]) one.reset();
      up.set(observation.kind === "read" ? 1 : 0);
      active.set(scheduler.role === "active" ? 1 : 0);
      running.set(scheduler.running ? 1 : 0);
      limit.set(maxStalenessMs / 1000);
      if (observation.kind === "read") setBooks(observation.books, now);
    },
  };
}

/** The moments that are known. */
function listEnds(token: StoredToken | undefined): [string, Date][] {
  const ends = [
    ["access", token?.access_token_expires_at],
    ["refresh", token?.refresh_token_expires_at],
  ] as const;
  return ends.flatMap(([name, end]) => (end ? [[name, end]] : []));
}
