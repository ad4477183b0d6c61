import { readAnalyticsSettings } from "../analytics-config.ts";
import { loadConfig } from "../config.ts";
import { openConfiguredWarehouse } from "../context.ts";
import { longestWindow } from "../resources/attribution.ts";
import { checkConnection } from "../warehouse/database.ts";
import { assertMigrated } from "../warehouse/migrate.ts";
import { type FailedSlice, readStatus, type StatusRun, type WarehouseStatus } from "../warehouse/status.ts";
import type { Window } from "../window.ts";
import { renderCoverage, renderGaps, renderRefused } from "./coverage.ts";
import { renderDifferences } from "./differences.ts";
import { describePlace, renderFailures } from "./failures.ts";
import { formatCount, formatDuration, formatMoment, plural } from "./format.ts";
import { configuredResources } from "./select.ts";
import type { RegisterCommand, Shell } from "./shell.ts";
import { renderTable } from "./table.ts";

export const registerStatus: RegisterCommand = (program, shell) => {
  program
    .command("status")
    .description("Show the last runs, freshness, failures, rejected records and token life.")
    .option("--json", "as JSON")
    .action((flags: { json?: boolean }) => showStatus(flags.json === true, shell));
};

async function showStatus(json: boolean, shell: Shell): Promise<void> {
  const config = loadConfig();
  const open = await openConfiguredWarehouse(config, { signal: shell.signal });
  try {
    await checkConnection(open.warehouse);
    await assertMigrated(open.warehouse, configuredResources(config));
    const { attributions } = readAnalyticsSettings(config.file);
    const status = await readStatus(open.warehouse, Math.max(...attributions.map(longestWindow)));
    shell.print(json ? JSON.stringify(status, null, 2) : renderStatus(status));
  } finally {
    await open.close();
  }
}

function renderStatus(status: WarehouseStatus): string {
  if (status.runs.length === 0) return "No run yet. Start one with: npx pinterest-ads sync";
  return [
    section("Last runs (UTC)", renderRuns(status.runs)),
    section("Loaded (UTC)", renderFreshness(status)),
    section("Metrics loaded", renderCoverage(status.coverage)),
    section("Days missing between loaded ones", renderGaps(status.coverage)),
    section("Metrics that Pinterest refuses", renderRefused(status.refused_metrics)),
    section("Sums of levels against account totals", renderReconciliation(status)),
    section("Not loaded by the last finished run", renderNotLoaded(status)),
    section("Rejected by the last finished run", renderRejected(status)),
    section("Fields that this version does not know, kept in _extra", renderDrift(status)),
    section("Token", renderToken(status)),
  ]
    .filter(Boolean)
    .join("\n\n");
}

function section(title: string, body: string | undefined): string {
  return body ? `${title}\n${body}` : "";
}

function renderRuns(runs: readonly StatusRun[]): string {
  const columns = ["started", "by", "status", "slices", "failed", "rows", "took"].map((title) => ({ title }));
  const rows = runs.map((run) => [
    formatMoment(run.started_at),
    run.trigger,
    run.error_code && run.error_code !== run.status ? `${run.status} (${run.error_code})` : run.status,
    formatCount(run.slices ?? 0),
    formatCount(run.slices_failed ?? 0),
    formatCount(run.rows_written ?? 0),
    run.finished_at ? formatDuration(run.finished_at.getTime() - run.started_at.getTime()) : "",
  ]);
  return renderTable(columns, rows);
}

/** A line per resource: the stalest account is what matters. */
function renderFreshness({ freshness }: WarehouseStatus): string | undefined {
  if (freshness.length === 0) return undefined;
  const byResource = Map.groupBy(freshness, (row) => row.resource);
  const rows = [...byResource].map(([resource, cursors]) => {
    const oldest = cursors.toSorted((a, b) => a.loaded_at.getTime() - b.loaded_at.getTime())[0];
    return [resource, oldest ? formatMoment(oldest.loaded_at) : "", formatCount(cursors.length)];
  });
  return renderTable(
    [{ title: "resource" }, { title: "oldest" }, { title: "accounts or owners", align: "right" }],
    rows,
  );
}

function renderNotLoaded({ failed_slices }: WarehouseStatus): string | undefined {
  if (failed_slices.length === 0) return undefined;
  const failures = failed_slices.map((slice) => ({
    where: describePlace(slice.resource, slice.owner_user_id ?? slice.ad_account_id, windowOf(slice)),
    why: slice.error ?? slice.status,
  }));
  return renderFailures(failures).join("\n");
}

function windowOf({ window_from, window_to }: FailedSlice): Window | undefined {
  return window_from !== null && window_to !== null ? { from: window_from, to: window_to } : undefined;
}

function renderReconciliation({ coverage, reconciliation }: WarehouseStatus): string | undefined {
  const { compared, differing, worst } = reconciliation;
  if (coverage.length === 0) return undefined;
  if (compared === 0) return "Nothing could be compared: it takes ad_account_analytics and a level below it.";
  if (differing === 0) return "No sum that was compared differs.";
  return `${renderDifferences(worst)}\n${plural(differing, "sum")} beyond the tolerance. All of some days: npx pinterest-ads reconcile --from DAY --to DAY`;
}

function renderRejected({ rejected }: WarehouseStatus): string | undefined {
  if (rejected.length === 0) return undefined;
  const rows = rejected.map((group) => [group.resource, formatCount(group.records), group.reason]);
  return renderTable([{ title: "resource" }, { title: "records", align: "right" }, { title: "why" }], rows);
}

function renderDrift({ drift }: WarehouseStatus): string | undefined {
  if (drift.length === 0) return undefined;
  const rows = drift.map((row) => [row.resource, row.field, row.json_type, formatMoment(row.first_seen_at)]);
  return renderTable(
    ["resource", "field", "type", "first seen"].map((title) => ({ title })),
    rows,
  );
}

const DAY_MS = 86_400_000;

function renderToken({ token, runs }: WarehouseStatus): string | undefined {
  if (!token) return undefined;
  const { refused_at } = token;
  // A run that loaded something later had a token that works: another one was refused.
  const isOver = (moment: Date) =>
    runs.some(
      ({ started_at, status }) => started_at > moment && (status === "succeeded" || status === "partial"),
    );
  if (refused_at && !isOver(refused_at))
    return `Refused by Pinterest on ${formatMoment(refused_at)}. Set a new PINTEREST_REFRESH_TOKEN.`;
  const left = (moment: Date | null) =>
    moment
      ? `${plural(Math.max(0, Math.floor((moment.getTime() - Date.now()) / DAY_MS)), "day")} left`
      : "unknown";
  return `Access token: ${left(token.access_token_expires_at)}. Refresh token: ${left(token.refresh_token_expires_at)}; each refresh renews it.`;
}
