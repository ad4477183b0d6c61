import type { ReconciliationRow } from "../warehouse/reconciliation.ts";
import { renderTable } from "./table.ts";

/**
 * Sums that differ from their account's total: a table of at most 80 columns per account, the attribution setting told
 * where there are several. Ids and names stand unbroken, for they are there to be searched for.
 */
export function renderDifferences(rows: readonly ReconciliationRow[]): string {
  const several = new Set(rows.map(({ attribution }) => attribution)).size > 1;
  const places = Map.groupBy(rows, ({ ad_account_id, attribution }) =>
    several ? `${ad_account_id}, ${attribution}` : ad_account_id,
  );
  return [...places].map(([place, some]) => `Ad account ${place}\n${renderPlace(some)}`).join("\n\n");
}

function renderPlace(rows: readonly ReconciliationRow[]): string {
  const right = (title: string) => ({ title, align: "right" as const });
  const columns = [
    { title: "day" },
    { title: "sum of" },
    { title: "metric" },
    right("account total"),
    right("sum"),
    right("off"),
  ];
  return renderTable(columns, rows.map(describeRow));
}

function describeRow(row: ReconciliationRow): string[] {
  return [
    row.date,
    `${row.level.replaceAll("_", " ")}s`,
    row.metric.replace("_in_micro_dollar", ", micro").replace(/^total_/, ""),
    row.account_total,
    row.level_total,
    describeShare(row),
  ];
}

/** With its sign; a share of nothing cannot be told. */
function describeShare({ difference, difference_percent }: ReconciliationRow): string {
  if (difference_percent === null) return "all";
  return `${difference.startsWith("-") ? "-" : "+"}${Number(difference_percent).toFixed(2)} %`;
}
