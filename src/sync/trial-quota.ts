import type { RateCategory } from "../resources/define.ts";

/** Requests a day that an app with trial access has, over everything (Pinterest's rate limits, August 2025). */
export const TRIAL_CALLS_PER_DAY = 1000;

/** Requests a minute that standard access allows each user of an app, by category (same source). */
export const STANDARD_CALLS_PER_MINUTE: Readonly<Record<RateCategory, number>> = {
  ads_read: 1000,
  ads_analytics: 300,
  catalogs_read: 100,
};

/** API calls by category; categories without any are left out. */
export type CallTotals = ReadonlyMap<RateCategory, number>;

export function sumCalls(
  parts: readonly { readonly category: RateCategory; readonly calls: number }[],
): CallTotals {
  const totals = new Map<RateCategory, number>();
  for (const { category, calls } of parts)
    if (calls > 0) totals.set(category, (totals.get(category) ?? 0) + calls);
  return totals;
}

export function countAll(totals: CallTotals): number {
  return [...totals.values()].reduce((sum, calls) => sum + calls, 0);
}

/** Whole minutes that so many calls of a category take at least with standard access. */
export function countMinutes(category: RateCategory, calls: number): number {
  return Math.ceil(calls / STANDARD_CALLS_PER_MINUTE[category]);
}

/** What the trial quota means for a plan. */
export interface TrialExcess {
  readonly calls: number;
  /** Days that trial access would need at least. */
  readonly trialDays: number;
  /** Minutes that standard access needs at least: its categories have quotas of their own, so the slowest counts. */
  readonly standardMinutes: number;
}

/** Undefined when a day of trial access is enough. */
export function findTrialExcess(totals: CallTotals): TrialExcess | undefined {
  const calls = countAll(totals);
  if (calls <= TRIAL_CALLS_PER_DAY) return undefined;
  const minutes = [...totals].map(([category, count]) => countMinutes(category, count));
  return {
    calls,
    trialDays: Math.ceil(calls / TRIAL_CALLS_PER_DAY),
    standardMinutes: Math.max(...minutes),
  };
}
