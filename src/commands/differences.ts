import type { ReconciliationRow } from "../warehouse/reconciliation.ts";
import { renderTable } from "./table.ts";

/** Sums that differ from their account's total, as a table of at most 80 columns. */
export function renderDifferences(rows: readonly ReconciliationRow[]): string {
  const right = (title: string) => ({ title, align: "right" as const });
  const columns = [
    { title: "account" },
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
    row.ad_account_id,
    row.date,
    `${row.level}s`,
    row.metric.replace("_in_micro_dollar", ", micro"),
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
