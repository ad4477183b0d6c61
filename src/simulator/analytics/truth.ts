import { type AdDay, emptyAdDay, fillAdDay } from "./ad-day.ts";
import { type Attribution, DEFAULT_ATTRIBUTION, DELAYS, isCounted, listWindows } from "./attribution.ts";
import { type Breakdown, findPart, sharePart } from "./breakdown.ts";
import { formatDay, type Moment, parseDay } from "./day.ts";
import { baseLevel, type Entity, listEntities, type ReportLevel } from "./levels.ts";
import type { KnownAccount, KnownAd } from "./registry.ts";
import { compileTally, type Tally } from "./tally.ts";
import { listValues, saltOf } from "./targeting.ts";

/** What the truth is wanted of. Days are inclusive, `YYYY-MM-DD`. */
export interface TruthRequest {
  adAccountId: string;
  level: ReportLevel;
  from: string;
  to: string;
  /** Pinterest's default when absent. */
  attribution?: Attribution;
  /** Names of metrics. */
  columns: readonly string[];
  /** Of levels that end in `_TARGETING`. */
  targetingType?: string;
}

/** What is known of one entity and day; days on which every metric is 0 have no row. */
export interface TruthRow {
  id: string;
  /** Of entities below a campaign or an ad group. */
  campaignId: string | undefined;
  adGroupId: string | undefined;
  date: string;
  targetingValue: string | undefined;
  /** Every metric that was asked for: counts and micro amounts as bigint, quotients and decimals as number. */
  metrics: Record<string, bigint | number>;
}

interface Place {
  entity: Entity;
  breakdown: Breakdown;
}

const LONGEST_DELAY = Math.max(...DELAYS);

/**
 * The rows that a complete and right copy holds, ordered by entity, day and targeting value. Ad by ad and action by
 * action, where the endpoints go row by row, so that a mistake in the one is not in the other.
 */
export function computeTruth(account: KnownAccount, request: TruthRequest, moment: Moment): TruthRow[] {
  const from = readDay(request.from);
  const to = Math.min(readDay(request.to), moment.today);
  const type = request.targetingType;
  const values = type === undefined ? [undefined] : listValues(type).map(String);
  const places = placeAds(account, request);
  const tally = compileTally(request.columns);
  const sums = new Map<
    string,
    { entity: Entity; day: number; value: string | undefined; sums: Float64Array }
  >();

  const sumsOf = (entity: Entity, day: number, part: number): Float64Array => {
    const key = `${entity.id} ${day} ${part}`;
    const row = sums.get(key) ?? { entity, day, value: values[part], sums: new Float64Array(tally.width) };
    sums.set(key, row);
    return row.sums;
  };
  const window = { from, to, attribution: request.attribution ?? DEFAULT_ATTRIBUTION, moment };
  for (const [ad, ofAd] of places) scatterAd(ad, ofAd, tally, window, sumsOf);

  return [...sums.values()]
    .map(({ entity, day, value, sums: own }) => ({
      id: entity.id,
      campaignId: entity.campaign?.record.id,
      adGroupId: entity.adGroup?.record.id,
      date: formatDay(day),
      targetingValue: value,
      metrics: tally.read(own),
    }))
    .filter(({ metrics }) => Object.values(metrics).some((value) => Number(value) !== 0))
    .sort((a, b) => compare(keyOf(a), keyOf(b)));
}

interface Wanted {
  from: number;
  to: number;
  attribution: Attribution;
  moment: Moment;
}

/** Books everything that one ad ever did where it belongs. */
function scatterAd(
  ad: KnownAd,
  places: readonly Place[],
  tally: Tally,
  { from, to, attribution, moment }: Wanted,
  sumsOf: (entity: Entity, day: number, part: number) => Float64Array,
): void {
  const adDay: AdDay = emptyAdDay();
  const windows = listWindows(attribution);
  const late = attribution.reportTime === "TIME_OF_CONVERSION";
  for (let day = late ? from - LONGEST_DELAY : from; day <= to; day++) {
    if (!fillAdDay(adDay, ad, day, moment)) continue;
    for (const { entity, breakdown } of places) {
      if (day >= from) {
        for (let part = 0; part < breakdown.parts; part++) {
          const take = (field: number) => sharePart(adDay.delivery[field] ?? 0, breakdown, part);
          tally.addDelivery(sumsOf(entity, day, part), take);
        }
      }
      const { count, kinds, delays, draws } = adDay.conversions;
      for (let nth = 0; nth < count; nth++) {
        const delay = delays[nth] ?? 0;
        const booked = late ? day + delay : day;
        if (booked < from || booked > to) continue;
        if (!isCounted(delay, windows[kinds[nth] ?? 0] ?? 0, day, moment)) continue;
        const part = findPart(draws[nth] ?? 0, breakdown);
        if (part !== undefined) tally.addConversion(sumsOf(entity, booked, part), adDay.conversions, nth);
      }
    }
  }
}

/** For every ad the entities that its facts belong to, in whole or in part. */
function placeAds(account: KnownAccount, { level, targetingType }: TruthRequest): Map<KnownAd, Place[]> {
  const parts = targetingType === undefined ? 1 : listValues(targetingType).length;
  const salt = targetingType === undefined ? 0 : saltOf(targetingType);
  const places = new Map<KnownAd, Place[]>();
  for (const entity of listEntities(account, baseLevel(level))) {
    for (const ad of entity.ads) {
      const ofAd = places.get(ad) ?? [];
      ofAd.push({ entity, breakdown: { share: entity.share, parts, salt } });
      places.set(ad, ofAd);
    }
  }
  return places;
}

function readDay(text: string): number {
  const day = parseDay(text);
  if (day === undefined) throw new RangeError(`${text} is not a day`);
  return day;
}

const keyOf = ({ id, date, targetingValue }: TruthRow): string => `${id} ${date} ${targetingValue ?? ""}`;
const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
