import { formatCount, plural } from "../counting.ts";
import type { CoverageRow } from "../warehouse/coverage.ts";
import type { RefusedMetricRow } from "../warehouse/status-records.ts";
import { countDays } from "../window.ts";
import { describePlace } from "./failures.ts";
import { renderTable } from "./table.ts";

/** So many gaps of one table tell where to look. */
const GAPS_SHOWN = 3;

/** A line per level and account; a table per attribution setting where there are several. */
export function renderCoverage(coverage: readonly CoverageRow[]): string | undefined {
  const settings = [...Map.groupBy(coverage, ({ attribution }) => attribution)];
  if (settings.length < 2) return settings[0] && renderSetting(settings[0][1]);
  return settings.map(([name, rows]) => `Attribution ${name}\n${renderSetting(rows)}`).join("\n\n");
}

function renderSetting(coverage: readonly CoverageRow[]): string {
  const columns = [
    { title: "metrics of" },
    { title: "account" },
    { title: "through" },
    { title: "final through" },
    { title: "missing", align: "right" as const },
  ];
  const rows = coverage.map((row) => [
    row.resource.replace(/_analytics$/, ""),
    row.ad_account_id,
    row.loaded_through,
    row.final_through ?? "none yet",
    formatCount(row.gaps.reduce((sum, gap) => sum + countDays(gap), 0)),
  ]);
  return renderTable(columns, rows);
}

/** Days that are missing between loaded ones. */
export function renderGaps(coverage: readonly CoverageRow[]): string | undefined {
  const lines = coverage.flatMap(({ resource, ad_account_id, gaps }) => {
    const shown = gaps.slice(0, GAPS_SHOWN).map((gap) => describePlace(resource, ad_account_id, gap));
    const rest = gaps.length - shown.length;
    return rest > 0 ? [...shown, `  and ${plural(rest, "gap")} more`] : shown;
  });
  if (lines.length === 0) return undefined;
  return [...new Set(lines), "Load them with: pinterest-ads backfill --from DAY --to DAY"].join("\n");
}

/** A line per level and way of asking. */
export function renderRefused(refused: readonly RefusedMetricRow[]): string | undefined {
  if (refused.length === 0) return undefined;
  const groups = Map.groupBy(refused, ({ resource, method }) => `${resource} ${method}`);
  const rows = [...groups.values()].map((group) => [
    group[0]?.resource ?? "",
    group[0]?.method ?? "",
    formatCount(Math.max(...group.map(({ ad_accounts }) => ad_accounts))),
    group.map(({ metric }) => metric).join(" "),
  ]);
  return renderTable(
    [
      { title: "resource" },
      { title: "by" },
      { title: "accounts", align: "right" },
      { title: "metrics left out" },
    ],
    rows,
  );
}
