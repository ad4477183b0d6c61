import type { Resource } from "../../resources/define.ts";
import { groupsOf } from "../../schedules.ts";
import type { ServiceSettings } from "../../service-config.ts";
import type { Warehouse } from "../../warehouse/database.ts";
import {
  readFailingManualRuns,
  readFailingScheduledRuns,
  readFailureGroups,
  readLastErrorCode,
} from "../../warehouse/failing-runs.ts";
import { readFreshness } from "../../warehouse/freshness.ts";
import { readLongTried } from "../../warehouse/never-loaded.ts";
import { readSettledDifferences } from "../../warehouse/settled-differences.ts";
import { readAccountNames, readShutAccounts, type ShutAccount } from "../../warehouse/status-accounts.ts";
import { readDrift } from "../../warehouse/status-records.ts";
import { readStoredToken } from "../../warehouse/stored-token.ts";
import { addDays, dayOf } from "../../window.ts";
import type { TokenSettings } from "../health/judge-token.ts";
import type { SchedulerState } from "../schedule/scheduler-state.ts";
import { type Condition, type Findings, isAmong, type Selection } from "./condition.ts";
import { describeDifferences, describeDrift, describeShut } from "./data.ts";
import { describeBlocked, findFailedRuns } from "./run-failed.ts";
import { findStale } from "./stale.ts";
import { findTokenTrouble } from "./token.ts";

/** What alerts are found by. */
export interface Watched {
  /** All that this configuration copies. */
  readonly resources: readonly Resource[];
  /** Undefined: every account the token sees. */
  readonly accountIds: readonly string[] | undefined;
  readonly settings: ServiceSettings;
  readonly token: TokenSettings;
  /** What the scheduler of this process is doing. */
  readonly state: () => SchedulerState;
}

/** Differences of older days are nobody's concern. The same for every process, whatever it reads again. */
const COMPARED_DAYS = 60;
/** Pinterest settles a day's numbers within some three days. */
const SETTLED_AFTER_DAYS = 3;

/** Reads out of the warehouse what a person should know of; `now` is epoch milliseconds. */
export async function findConditions(warehouse: Warehouse, watched: Watched, now: number): Promise<Findings> {
  const { accountIds } = watched;
  const token = await findTokenConditions(warehouse, watched, now);
  const runs = await findRunConditions(warehouse, watched, now);
  const today = dayOf(now);
  const differences = await readSettledDifferences(
    warehouse,
    accountIds,
    { from: addDays(today, 1 - COMPARED_DAYS), to: today },
    addDays(today, -SETTLED_AFTER_DAYS),
  );
  const shut = await readShutAccounts(warehouse);
  const held = [...token.held, ...runs.held, ...holdStale(watched, now), ...holdSums(shut)];
  const conditions = [
    ...token.conditions,
    ...runs.conditions,
    ...describeBlocked(watched.state()),
    ...(await findStaleConditions(warehouse, watched)),
    ...describeDifferences(differences),
    ...describeShut(shut, accountIds),
    ...describeDrift(await readDrift(warehouse)),
  ];
  return {
    conditions: conditions.filter((condition) => !isAmong(held, condition)),
    held,
    lapsed: runs.lapsed,
  };
}

/** A run under way may be just about to load what is old, as after a token that was refused for days. */
function holdStale({ state, settings }: Watched, now: number): Selection[] {
  const schedules = findRunning(state(), settings, now)?.schedules ?? [];
  return groupsOf(schedules).map((subject) => ({ kind: "stale", subject }));
}

/** The run under way, unless it takes so long that what it may load is not waited for any more. */
function findRunning(
  { running }: SchedulerState,
  { maxStalenessMs }: Watched["settings"],
  now: number,
): SchedulerState["running"] {
  return running && now - running.since < maxStalenessMs ? running : undefined;
}

/** What does not add up in a shut account is not mended by its being shut. */
function holdSums(shut: readonly ShutAccount[]): Selection[] {
  return shut.map(({ ad_account_id }) => ({ kind: "not_reconciled", subject: ad_account_id }));
}

async function findTokenConditions(
  warehouse: Warehouse,
  { token: settings, state }: Watched,
  now: number,
): Promise<Findings> {
  const { accessToken, appId } = settings;
  const stored = accessToken === undefined ? await readStoredToken(warehouse, appId) : undefined;
  const lastErrorCode = await readLastErrorCode(warehouse);
  return findTokenTrouble({ settings, stored, state: state(), lastErrorCode, now });
}

async function findRunConditions(
  warehouse: Warehouse,
  { resources, settings, state }: Watched,
  now: number,
): Promise<Findings> {
  const scheduled = await readFailingScheduledRuns(warehouse);
  const metrics = resources.filter(({ kind }) => kind === "analytics").map(({ name }) => name);
  const manual = await readFailingManualRuns(warehouse, metrics);
  const ids = [...scheduled, ...manual].map(({ id }) => id);
  const groups = ids.length === 0 ? [] : await readFailureGroups(warehouse, ids);
  return findFailedRuns(scheduled, manual, groups, resources, findRunning(state(), settings, now)?.since);
}

async function findStaleConditions(
  warehouse: Warehouse,
  { resources, accountIds, settings }: Watched,
): Promise<Condition[]> {
  const rows = await readFreshness(warehouse, resources, accountIds);
  const never = [...new Set(rows.filter((row) => row.age_seconds === null).map((row) => row.resource))];
  const longTried = never.length === 0 ? [] : await readLongTried(warehouse, never, settings.maxStalenessMs);
  const names = new Map(
    (await readAccountNames(warehouse)).map(({ ad_account_id, name }) => [ad_account_id, name]),
  );
  return findStale({ rows, longTried, resources, settings, names });
}
