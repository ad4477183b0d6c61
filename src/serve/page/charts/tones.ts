import type { AccountSeries } from "../../status-daily.ts";
import type { Tone } from "./chart.ts";

export const OTHERS = "others";
const OWN_TONES: readonly Exclude<Tone, "others">[] = [0, 1, 2, 3, 4];

/**
 * Which ad accounts have a colour of their own, the same in every chart: the largest of each currency, then the largest
 * of all. Whatever is left is drawn as one line, but for a single account, which may as well have the colour.
 */
export function assignTones(accounts: readonly AccountSeries[]): ReadonlyMap<string, Tone> {
  const largest = accounts.toSorted(
    (a, b) => weigh(b) - weigh(a) || compare(a.ad_account_id, b.ad_account_id),
  );
  const firsts = [...Map.groupBy(largest, ({ currency }) => currency).values()].flatMap(
    ([first]) => first ?? [],
  );
  const chosen = [...new Set([...firsts, ...largest])].slice(0, OWN_TONES.length);
  return new Map(
    OWN_TONES.flatMap((tone, index) => {
      const account = chosen.toSorted((a, b) => weigh(b) - weigh(a))[index];
      return account ? [[account.ad_account_id, tone] as const] : [];
    }),
  );
}

/** Impressions compare across currencies, and spend stands in where they are not loaded. */
function weigh({ impressions, spend }: AccountSeries): number {
  const add = (values: readonly (number | null)[]) =>
    values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  return add(impressions) || add(spend);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : 1;
}
