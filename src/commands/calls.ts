import { formatCount, plural } from "../counting.ts";
import {
  type CallTotals,
  countMinutes,
  findTrialExcess,
  STANDARD_CALLS_PER_MINUTE,
  TRIAL_CALLS_PER_DAY,
} from "../sync/trial-quota.ts";
import { renderTable } from "./table.ts";

/** API calls by category of Pinterest's rate limits, and the time that these leave with standard access. */
export function renderCalls(totals: CallTotals): string {
  const right = (title: string) => ({ title, align: "right" as const });
  const columns = [
    { title: "category" },
    right("API calls"),
    right("standard access"),
    right("takes at least"),
  ];
  const rows = [...totals].map(([category, calls]) => [
    category,
    formatCount(calls),
    `${formatCount(STANDARD_CALLS_PER_MINUTE[category])} a minute`,
    describeMinutes(countMinutes(category, calls)),
  ]);
  return renderTable(columns, rows);
}

/** A sentence when a plan is more than a day of trial access allows; undefined when it is not. */
export function describeTrialExcess(totals: CallTotals): string | undefined {
  const excess = findTrialExcess(totals);
  if (!excess) return undefined;
  const { calls, trialDays, standardMinutes } = excess;
  return [
    `The plan takes ${formatCount(calls)} API calls or more, more than the`,
    `${formatCount(TRIAL_CALLS_PER_DAY)} requests a day of trial access (${plural(trialDays, "day")});`,
    `with standard access about ${plural(standardMinutes, "minute")}.`,
  ].join("\n");
}

function describeMinutes(minutes: number): string {
  return minutes === 1 ? "under a minute" : plural(minutes, "minute");
}
