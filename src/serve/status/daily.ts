import type { DailyTotal } from "../../warehouse/daily-totals.ts";
import type { ReadyDay } from "../../warehouse/status.ts";
import type { AccountName } from "../../warehouse/status-accounts.ts";
import { addDays, type Day } from "../../window.ts";

/** Totals of ad accounts over the last days, a value per day of `days`; null: not loaded or not configured. */
export interface DailySeries {
  readonly days: readonly Day[];
  /** The first day that Pinterest still counts, as far as it said; null when it said of none that it is final. */
  readonly not_final_from: Day | null;
  readonly accounts: readonly AccountSeries[];
}

export interface AccountSeries {
  readonly ad_account_id: string;
  readonly name: string | null;
  /** Of `spend`; three letters (ISO 4217), or null when Pinterest does not know it. */
  readonly currency: string | null;
  readonly spend: readonly (number | null)[];
  readonly impressions: readonly (number | null)[];
  readonly conversions: readonly (number | null)[];
}

export function spreadOverDays(
  totals: readonly DailyTotal[],
  accounts: readonly AccountName[],
  ready: readonly ReadyDay[],
  first: Day,
  count: number,
): DailySeries {
  const days = Array.from({ length: count }, (_, index) => addDays(first, index));
  const series = [...Map.groupBy(totals, (total) => total.ad_account_id)].map(([id, own]) => {
    const account = accounts.find(({ ad_account_id }) => ad_account_id === id);
    const byDay = new Map(own.map((total) => [total.date, total]));
    const spread = (quantity: "spend" | "impressions" | "conversions") =>
      days.map((day) => byDay.get(day)?.[quantity] ?? null);
    return {
      ad_account_id: id,
      name: account?.name ?? null,
      currency: account?.currency === "UNK" ? null : (account?.currency ?? null),
      spend: spread("spend"),
      impressions: spread("impressions"),
      conversions: spread("conversions"),
    };
  });
  return { days, not_final_from: findNotFinal(ready), accounts: series };
}

/** `ready` has the newest day first; those after it were not asked about yet. */
function findNotFinal(ready: readonly ReadyDay[]): Day | null {
  const final = ready.find(({ delivery_final, conversions_final }) => delivery_final && conversions_final);
  return final ? addDays(final.date, 1) : null;
}
