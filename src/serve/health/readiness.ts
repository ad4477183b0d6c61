import { describeError } from "../../errors.ts";
import type { SchedulerState } from "../schedule/scheduler-state.ts";
import { type Check, fail, pass } from "./check.ts";
import { checkFreshness } from "./check-freshness.ts";
import { checkScheduler } from "./check-scheduler.ts";
import { checkToken } from "./check-token.ts";
import type { TokenSettings } from "./judge-token.ts";
import type { Observation } from "./observe.ts";

/** Whether the connector can do its work, point by point. */
export interface Readiness {
  readonly ready: boolean;
  readonly checks: readonly Check[];
}

export interface ReadinessOptions {
  readonly observe: () => Promise<Observation>;
  readonly scheduler: () => SchedulerState;
  readonly token: TokenSettings;
  readonly maxStalenessMs: number;
  /** The scheduler's clock, epoch milliseconds. */
  readonly now: () => number;
}

const UNKNOWN = "not known, for the warehouse could not be read";

/** What /readyz answers: always all five checks, in the same order. */
export async function checkReadiness(options: ReadinessOptions): Promise<Readiness> {
  const observation = await options.observe();
  const state = options.scheduler();
  const now = options.now();
  const checks = [
    ...checkWarehouse(observation),
    ...checkBooks(observation, options, state, now),
    checkScheduler(state, now),
  ];
  return { ready: checks.every(({ ok }) => ok), checks };
}

function checkWarehouse(observation: Observation): Check[] {
  switch (observation.kind) {
    case "unreachable":
      return [fail("database", describeError(observation.error)), fail("schema", UNKNOWN)];
    case "unmigrated":
      return [pass("database", "reachable"), fail("schema", describeError(observation.error))];
    case "read":
      return [pass("database", "reachable"), pass("schema", "migrated")];
  }
}

function checkBooks(
  observation: Observation,
  { token, maxStalenessMs }: ReadinessOptions,
  state: SchedulerState,
  now: number,
): Check[] {
  if (observation.kind !== "read") return [fail("token", UNKNOWN), fail("freshness", UNKNOWN)];
  const { books } = observation;
  return [checkToken(token, books.token, state, now), checkFreshness(books, maxStalenessMs)];
}
