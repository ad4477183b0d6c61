import type { AccountSeries } from "../../status/daily.ts";
import type { Tone } from "./chart.ts";

export const OTHERS = "others";
const OWN_TONES: readonly Exclude<Tone, "others">[] = [0, 1, 2, 3, 4];

/**
 * Which ad accounts have a colour of their own in the charts of all: the largest of each currency, then the largest of
 * all. Whatever is left is drawn as one line.
 */
export function assignTones(accounts: readonly AccountSeries[]): ReadonlyMap<string, Tone> {
  const largest = accounts.toSorted(largestFirst);
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

/**
 * The same in a chart of some of them, such as those of a currency: each keeps its colour if it has one, and those left
 * over get the colours that are free in this chart, the largest first.
 */
export function assignTonesWithin(
  accounts: readonly AccountSeries[],
  tones: ReadonlyMap<string, Tone>,
): ReadonlyMap<string, Tone> {
  const kept = accounts.flatMap(({ ad_account_id: id }) => {
    const tone = tones.get(id);
    return tone === undefined ? [] : [[id, tone] as const];
  });
  const taken = new Set(kept.map(([, tone]) => tone));
  const free = OWN_TONES.filter((tone) => !taken.has(tone));
  const left = accounts.filter(({ ad_account_id }) => !tones.has(ad_account_id)).toSorted(largestFirst);
  const given = left
    .slice(0, free.length)
    .map(({ ad_account_id }, index) => [ad_account_id, free[index] ?? OTHERS] as const);
  return new Map<string, Tone>([...kept, ...given]);
}

function largestFirst(a: AccountSeries, b: AccountSeries): number {
  return weigh(b) - weigh(a) || compare(a.ad_account_id, b.ad_account_id);
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
