import { html } from "hono/html";
import { formatAmount, formatCount, plural } from "../../counting.ts";
import type { ReconciliationRow } from "../../warehouse/reconciliation.ts";
import type { StatusDocument } from "../status/document.ts";
import { showBadge } from "./badge.ts";
import { type Part, showNote, showSection } from "./section.ts";
import { type Cell, showRest, showTable } from "./table.ts";
import { compareNames, type Markup, showAccount, showMoment, speakName } from "./words.ts";

const TITLE = "Do the levels add up?";
const WHAT =
  "Daily sums over campaigns, ad groups and ads against the total of their ad account, last 60 days.";
const NOTHING = "Nothing could be compared: it takes the metrics of ad accounts and of a level below them.";
const ACCOUNTS_SHOWN = 60;
const right = (title: string) => ({ title, align: "right" as const });
const ACCOUNT_HEADINGS = [
  { title: "Ad account" },
  { title: "Verdict" },
  right("Compared"),
  right("Not loaded"),
  { title: "Checked (UTC)" },
];
const SUM_HEADINGS = [
  { title: "Day" },
  { title: "Ad account" },
  { title: "Sum of" },
  { title: "Metric" },
  right("Account"),
  right("Sum"),
  right("Off"),
];

type Verdict = StatusDocument["reconciliation_by_account"][number];

/** Whether campaigns, ad groups and ads add up to their account. */
export function showReconciliation(document: StatusDocument): Markup {
  const { reconciliation, reconciliation_by_account: accounts } = document;
  if (accounts.length === 0) return showSection("reconciliation", TITLE, showNote(WHAT), showNote(NOTHING));
  const worst = accounts
    .toSorted((a, b) => b.differing - a.differing || compareNames(nameOf(a), nameOf(b)))
    .slice(0, ACCOUNTS_SHOWN);
  const names = new Map(accounts.map(({ ad_account_id, name }) => [ad_account_id, name]));
  const sums = reconciliation.worst.map((row) => showSum(row, names.get(row.ad_account_id) ?? null));
  return showSection(
    "reconciliation",
    TITLE,
    showNote(WHAT),
    showTable(
      "Verdicts of the reconciliation by ad account",
      ACCOUNT_HEADINGS,
      worst.map(showAccountVerdict),
    ),
    showRest(worst.length, accounts.length, "ad account"),
    sums.length > 0 ? showWorst(sums, reconciliation.differing) : null,
  );
}

function nameOf({ name, ad_account_id }: Verdict): string {
  return name ?? ad_account_id;
}

function showAccountVerdict({
  ad_account_id,
  name,
  compared,
  differing,
  not_loaded,
  checked_at,
}: Verdict): Cell[] {
  const verdict = compared > 0 ? showBadge("adds up", "well") : showBadge("not compared", "plain");
  return [
    showAccount(ad_account_id, name),
    differing > 0 ? showBadge(`${formatCount(differing)} differ`, "act") : verdict,
    formatCount(compared),
    formatCount(not_loaded),
    showMoment(checked_at),
  ];
}

function showWorst(sums: readonly Cell[][], differing: number): Part {
  return [
    html`<h3>The largest of ${plural(differing, "difference")}, of all days</h3>`,
    showTable("Largest differences", SUM_HEADINGS, sums),
  ];
}

const MICRO_NAME = /_in_micro_dollar$/;
const MICRO = 1_000_000;

function showSum(row: ReconciliationRow, name: string | null): Cell[] {
  return [
    row.date,
    showAccount(row.ad_account_id, name),
    `${speakName(row.level)}s`,
    speakName(row.metric.replace(MICRO_NAME, "")),
    formatMetric(row.metric, row.account_total),
    formatMetric(row.metric, row.level_total),
    row.difference_percent === null ? "all of it" : `${Number(row.difference_percent).toFixed(2)} %`,
  ];
}

/** Amounts are compared in millionths, which nobody reads. */
function formatMetric(metric: string, value: string): string {
  return MICRO_NAME.test(metric) ? formatAmount(Number(value) / MICRO) : formatCount(Number(value));
}
