import { randomUUID } from "node:crypto";
import { readConfigFile } from "../../src/config-file.ts";
import { type Alerts, type AlertsOptions, createAlerts } from "../../src/serve/alerts/alerts.ts";
import { readServiceSettings, type ServiceSettings } from "../../src/service-config.ts";
import { type OpenAlert, readOpenAlerts } from "../../src/warehouse/alerts.ts";
import { measured } from "./metrics.ts";
import { createMemoryLogger } from "./pinterest-client.ts";
import type { TestWarehouse } from "./test-warehouse.ts";

export const SETTINGS: ServiceSettings = readServiceSettings({
  file: readConfigFile("", "", []),
  webhookUrl: undefined,
});
export const TOKEN = {
  accessToken: undefined,
  appId: "app",
  appSecret: "the-app-secret",
  refreshToken: undefined,
};
export const IDLE = {
  role: "active",
  holder: undefined,
  running: undefined,
  blocked: undefined,
  lookedAt: undefined,
} as const;
export const LOOKBACK_DAYS = 33;

export interface AlertsUnderTest extends Pick<Alerts, "watchWarehouse"> {
  /** One check; gives the alerts that are open after it. */
  check(signal?: AbortSignal): Promise<OpenAlert[]>;
  /** Everything that was logged. */
  log(): string;
  /** Messages of the log lines, oldest first. */
  messages(): string[];
}

/** Alerts of an active scheduler without a webhook, unless `options` say otherwise. */
export function openAlerts(db: TestWarehouse, options: Partial<AlertsOptions> = {}): AlertsUnderTest {
  const { logger, log } = createMemoryLogger();
  const alerts = createAlerts({
    warehouse: db.warehouse,
    resources: measured,
    accountIds: undefined,
    settings: SETTINGS,
    token: { ...TOKEN, refreshToken: "the-first-refresh-token" },
    state: () => IDLE,
    logger,
    version: "1.2.3",
    now: Date.now,
    ...options,
  });
  return {
    watchWarehouse: (problem, signal) => alerts.watchWarehouse(problem, signal),
    async check(signal = new AbortController().signal) {
      await alerts.check(signal);
      // It never rejects, and a check that did not happen would pass for one that found nothing.
      const failed = log()
        .split("\n")
        .find((line) => line.includes("alerts not checked"));
      if (failed) throw new Error(failed);
      return readOpenAlerts(db.warehouse);
    },
    log,
    messages: () =>
      log()
        .trim()
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line).msg),
  };
}

/** Empties the books that alerts are found by, and the alerts. */
export async function clearBooks(db: TestWarehouse): Promise<void> {
  await db.query(
    `truncate pinterest_ads_alerts, pinterest_ads_schedules, pinterest_ads_shut_accounts, pinterest_ads_ad_accounts,
       pinterest_ads_sync_slices, pinterest_ads_sync_runs, pinterest_ads_sync_cursors, pinterest_ads_loaded_days,
       pinterest_ads_oauth_tokens, pinterest_ads_reconciliation, pinterest_ads_metrics_ready, pinterest_ads_schema_drift`,
  );
}

export interface RunInTest {
  readonly status: string;
  readonly trigger?: string;
  readonly hoursAgo?: number;
  /** Done by it, and kept as their last run. */
  readonly schedules?: readonly string[];
  readonly request?: object;
  readonly errorCode?: string;
  readonly error?: string;
  readonly slices?: readonly SliceInTest[];
}

export interface SliceInTest {
  readonly resource: string;
  readonly adAccountId?: string;
  readonly ownerUserId?: string;
  readonly status?: string;
  readonly errorCode?: string;
  readonly error?: string;
  readonly rejected?: number;
  /** Days of metrics, under the attribution setting `a`. */
  readonly window?: readonly [from: string, to: string];
}

/** Writes an ended run into the books. */
export async function insertRun(db: TestWarehouse, run: RunInTest): Promise<void> {
  const { trigger = run.schedules ? "schedule" : "sync", hoursAgo = 1, schedules = [] } = run;
  const id = randomUUID();
  await db.query(
    `insert into pinterest_ads_sync_runs (id, trigger, status, started_at, finished_at, request, error_code, error)
     values ($1, $2, $3, now() - $4 * interval '1 hour', now() - $4 * interval '1 hour', $5, $6, $7)`,
    ...[id, trigger, run.status, hoursAgo, { ...run.request, ...(run.schedules && { schedules }) }],
    ...[run.errorCode ?? null, run.error ?? null],
  );
  for (const slice of run.slices ?? [])
    await db.query(
      `insert into pinterest_ads_sync_slices (run_id, resource, ad_account_id, owner_user_id, status, error_code, error, records_rejected, window_from, window_to, attribution)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      ...[id, slice.resource, slice.adAccountId ?? null, slice.ownerUserId ?? null],
      ...[slice.status ?? "failed", slice.errorCode ?? null, slice.error ?? null, slice.rejected ?? 0],
      ...[slice.window?.[0] ?? null, slice.window?.[1] ?? null, slice.window ? "a" : null],
    );
  for (const schedule of schedules)
    await db.query(
      `insert into pinterest_ads_schedules (schedule, expression, timezone, last_run_id) values ($1, '0 6 * * *', 'UTC', $2)
       on conflict (schedule) do update set last_run_id = excluded.last_run_id`,
      schedule,
      id,
    );
}
