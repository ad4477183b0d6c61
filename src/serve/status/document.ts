import type { Resource } from "../../resources/define.ts";
import { SCHEDULES } from "../../schedules.ts";
import type { ServiceSettings } from "../../service-config.ts";
import { VERSION } from "../../version.ts";
import { type AlertContent, type OpenAlert, readOpenAlerts } from "../../warehouse/alerts.ts";
import { readBriefly } from "../../warehouse/brief-read.ts";
import { readDailyTotals } from "../../warehouse/daily-totals.ts";
import type { Warehouse } from "../../warehouse/database.ts";
import { readFreshness } from "../../warehouse/freshness.ts";
import { describeReadError } from "../../warehouse/read-error.ts";
import { readScheduler, readSchedules } from "../../warehouse/schedules.ts";
import { readStatus, type WarehouseStatus } from "../../warehouse/status.ts";
import {
  type AccountVerdict,
  readAccountNames,
  readAccountVerdicts,
  readShutAccounts,
  type ShutAccount,
} from "../../warehouse/status-accounts.ts";
import { readRunsById, type StatusRun } from "../../warehouse/status-runs.ts";
import { readStoredToken } from "../../warehouse/stored-token.ts";
import { addDays, dayOf } from "../../window.ts";
import { toContent } from "../alerts/condition.ts";
import { findConditions } from "../alerts/find-conditions.ts";
import type { TokenSettings } from "../health/judge-token.ts";
import { STARTING } from "../schedule/scheduler-state.ts";
import { type DailySeries, spreadOverDays } from "./daily.ts";
import { type FreshnessStatus, listFreshness } from "./freshness.ts";
import {
  describeScheduler,
  describeSchedules,
  type SchedulerStatus,
  type ScheduleStatus,
} from "./schedules.ts";
import { describeToken, type TokenStatus } from "./token.ts";
import { reachVerdict, type Verdict } from "./verdict.ts";

/** All there is to say about the connector's state: what the status page draws and `status --json` prints. */
export interface StatusDocument extends Omit<WarehouseStatus, "freshness"> {
  readonly version: string;
  /** When it was read, by the clock of the process. */
  readonly read_at: Date;
  readonly verdict: Verdict;
  readonly freshness: readonly FreshnessStatus[];
  /** How old loaded data may become before something is wrong. */
  readonly max_staleness_seconds: number;
  /** False where PINTEREST_ACCESS_TOKEN is given, which nothing renews. */
  readonly uses_stored_token: boolean;
  /** Null where none is stored, or an access token is given. */
  readonly token: TokenStatus | null;
  readonly alerts: readonly OpenAlert[];
  readonly shut_accounts: readonly ShutAccount[];
  readonly schedules: readonly ScheduleStatus[];
  /** Null when none ever did. */
  readonly scheduler: SchedulerStatus | null;
  /** Comparisons of the last 60 days; `reconciliation` is about all days. */
  readonly reconciliation_by_account: readonly (AccountVerdict & { readonly name: string | null })[];
  /** The last 60 days, today included, under the default attribution setting. */
  readonly daily: DailySeries;
}

export interface StatusRequest {
  readonly warehouse: Warehouse;
  /** What is to be copied, with the metrics that are configured. */
  readonly resources: readonly Resource[];
  /** Undefined: every ad account that the token sees. */
  readonly accountIds: readonly string[] | undefined;
  readonly settings: ServiceSettings;
  readonly token: TokenSettings;
  /** As in `readCoverage`. */
  readonly settledAfterDays: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const DAYS_CHARTED = 60;

/** Nobody waits for longer, and the connection is one that a run may need. */
const READ_TIMEOUT_MS = 30_000;

/**
 * Reads all of it, over one connection and within 30 seconds. Throws `database_unreachable`, or `schema_missing` where
 * the tables are not there yet.
 */
export async function readStatusDocument(request: StatusRequest): Promise<StatusDocument> {
  const { warehouse } = request;
  try {
    return await readBriefly(warehouse, READ_TIMEOUT_MS, (brief) =>
      readAll({ ...request, warehouse: brief }),
    );
  } catch (error) {
    throw describeReadError(error, warehouse.url);
  }
}

async function readAll(request: StatusRequest): Promise<StatusDocument> {
  const { warehouse, resources, accountIds, settings, settledAfterDays } = request;
  const now = request.now();
  const firstDay = addDays(dayOf(now), 1 - DAYS_CHARTED);
  const { freshness: loaded, ...status } = await readStatus(warehouse, settledAfterDays);
  const accounts = await readAccountNames(warehouse);
  const wanted = await readFreshness(warehouse, resources, accountIds);
  const schedules = await readSchedules(warehouse);
  const lastRuns = await readRunsById(
    warehouse,
    schedules.flatMap(({ last_run_id }) => last_run_id ?? []),
  );
  const nameOf = new Map(accounts.map(({ ad_account_id, name }) => [ad_account_id, name]));
  const verdicts = await readAccountVerdicts(warehouse, DAYS_CHARTED);
  const scheduler = describeScheduler(await readScheduler(warehouse));
  const totals = await readDailyTotals(warehouse, resources, firstDay);
  const document = {
    version: VERSION,
    read_at: new Date(now),
    ...status,
    freshness: listFreshness(wanted, loaded, resources, accounts, settings.maxStalenessMs),
    max_staleness_seconds: settings.maxStalenessMs / 1000,
    uses_stored_token: request.token.accessToken === undefined,
    token: describeToken(request.token, await readStoredToken(warehouse, request.token.appId), now),
    alerts: await readOpenAlerts(warehouse),
    shut_accounts: await readShutAccounts(warehouse),
    schedules: describeSchedules(settings, schedules, [...status.runs, ...lastRuns], now),
    scheduler,
    reconciliation_by_account: verdicts.map((row) => ({
      ...row,
      name: nameOf.get(row.ad_account_id) ?? null,
    })),
    daily: spreadOverDays(totals, accounts, status.ready_days, firstDay, DAYS_CHARTED),
  };
  return { verdict: reachVerdict(document, await findUntold(request, document.runs, now)), ...document };
}

/**
 * What would be an alert by now: they are raised once a minute, and where no process runs the schedule by nobody. What
 * only that process knows is among the alerts that it raised.
 */
async function findUntold(
  request: StatusRequest,
  runs: readonly StatusRun[],
  now: number,
): Promise<readonly AlertContent[]> {
  const run = runs.find(({ status, trigger }) => status === "running" && trigger === "schedule");
  const running = run && {
    schedules: SCHEDULES.filter((name) => run.schedules.includes(name)),
    since: run.started_at.getTime(),
  };
  const state = () => ({ ...STARTING, running });
  const { conditions } = await findConditions(request.warehouse, { ...request, state }, now);
  return conditions.map(toContent);
}
