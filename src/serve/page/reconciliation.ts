import { html } from "hono/html";
import type { ReconciliationRow } from "../../warehouse/reconciliation.ts";
import type { StatusDocument } from "../status-document.ts";
import { showBadge } from "./badge.ts";
import { showRest, showTable } from "./table.ts";
import {
  formatAmount,
  formatCount,
  type Markup,
  plural,
  showAccount,
  showMoment,
  speakName,
} from "./words.ts";

const ACCOUNTS_SHOWN = 60;
const right = (title: string) => ({ title, align: "right" as const });

/** Whether campaigns, ad groups and ads add up to their account. */
export function showReconciliation({
  reconciliation,
  reconciliation_by_account: accounts,
}: StatusDocument): Markup {
  const worst = accounts.toSorted((a, b) => b.differing - a.differing);
  const rows = worst
    .slice(0, ACCOUNTS_SHOWN)
    .map(({ ad_account_id, name, compared, differing, not_loaded, checked_at }) => [
      showAccount(ad_account_id, name),
      differing > 0
        ? showBadge(`${formatCount(differing)} differ`, "act")
        : compared > 0
          ? showBadge("adds up", "well")
          : showBadge("not compared", "plain"),
      formatCount(compared),
      formatCount(not_loaded),
      showMoment(checked_at),
    ]);
  const headings = [
    { title: "Ad account" },
    { title: "Verdict" },
    right("Compared"),
    right("Not loaded"),
    { title: "Checked (UTC)" },
  ];
  return html`<section aria-labelledby="reconciliation"><h2 id="reconciliation">Do the levels add up?</h2>
<p class="muted">Daily sums over campaigns, ad groups and ads against the total of their ad account, last 60 days.</p>
${rows.length > 0 ? showTable("Verdicts of the reconciliation by ad account", headings, rows) : html`<p class="muted">Nothing could be compared: it takes the metrics of ad accounts and of a level below them.</p>`}
${showRest(rows.length, accounts.length, "ad account")}
${reconciliation.differing > 0 ? showWorst(reconciliation.worst, reconciliation.differing, new Map(accounts.map(({ ad_account_id, name }) => [ad_account_id, name]))) : null}</section>`;
}

const MICRO_NAME = /_in_micro_dollar$/;
const MICRO = 1_000_000;

function showWorst(
  worst: readonly ReconciliationRow[],
  differing: number,
  nameOf: ReadonlyMap<string, string | null>,
): Markup {
  const headings = [
    { title: "Day" },
    { title: "Ad account" },
    { title: "Sum of" },
    { title: "Metric" },
    right("Account"),
    right("Sum"),
    right("Off"),
  ];
  const rows = worst.map((row) => [
    row.date,
    showAccount(row.ad_account_id, nameOf.get(row.ad_account_id) ?? null),
    `${speakName(row.level)}s`,
    speakName(row.metric.replace(MICRO_NAME, "")),
    formatMetric(row.metric, row.account_total),
    formatMetric(row.metric, row.level_total),
    row.difference_percent === null ? "all of it" : `${Number(row.difference_percent).toFixed(2)} %`,
  ]);
  return html`<h3>The largest of ${plural(differing, "difference")}, of all days</h3>${showTable("Largest differences", headings, rows)}`;
}

/** Amounts are compared in millionths, which nobody reads. */
function formatMetric(metric: string, value: string): string {
  return MICRO_NAME.test(metric) ? formatAmount(Number(value) / MICRO) : formatCount(Number(value));
}
