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

/** An entity that facts of an ad belong to, with the sums of its rows by day and part. */
interface Place {
  entity: Entity;
  breakdown: Breakdown;
  sums: Map<number, Float64Array>;
}

interface Wanted {
  from: number;
  to: number;
  attribution: Attribution;
  moment: Moment;
}

const LONGEST_DELAY = Math.max(...DELAYS);

/**
 * The rows that a complete and right copy holds, ordered by entity, day and targeting value. Ad by ad and action by
 * action, where the endpoints go row by row, so that a mistake in the one is not in the other.
 */
export function computeTruth(account: KnownAccount, request: TruthRequest, moment: Moment): TruthRow[] {
  const { targetingType, attribution = DEFAULT_ATTRIBUTION, columns } = request;
  const wanted = {
    from: readDay(request.from),
    to: Math.min(readDay(request.to), moment.today),
    attribution,
    moment,
  };
  const tally = compileTally(columns);
  const places = listPlaces(account, request);
  for (const [ad, ofAd] of groupByAd(places)) scatterAd(ad, ofAd, tally, wanted);
  const values = targetingType === undefined ? [undefined] : listValues(targetingType).map(String);
  return places
    .flatMap((place) => readRows(place, values, tally))
    .filter(({ metrics }) => Object.values(metrics).some((value) => Number(value) !== 0))
    .sort((a, b) => compare(keyOf(a), keyOf(b)));
}

function readRows(
  { entity, breakdown, sums }: Place,
  values: readonly (string | undefined)[],
  tally: Tally,
): TruthRow[] {
  return Array.from(sums, ([key, own]) => ({
    id: entity.id,
    campaignId: entity.campaign?.record.id,
    adGroupId: entity.adGroup?.record.id,
    date: formatDay(Math.floor(key / breakdown.parts)),
    targetingValue: values[key % breakdown.parts],
    metrics: tally.read(own),
  }));
}

/** Books everything that one ad ever did where it belongs. */
function scatterAd(
  ad: KnownAd,
  places: readonly Place[],
  tally: Tally,
  { from, to, attribution, moment }: Wanted,
): void {
  const adDay: AdDay = emptyAdDay();
  const windows = listWindows(attribution);
  const late = attribution.reportTime === "TIME_OF_CONVERSION";
  for (let day = late ? from - LONGEST_DELAY : from; day <= to; day++) {
    if (!fillAdDay(adDay, ad, day, moment)) continue;
    for (const place of places) {
      if (day >= from) scatterDelivery(adDay, day, place, tally);
      const { count, kinds, delays, draws } = adDay.conversions;
      for (let nth = 0; nth < count; nth++) {
        const delay = delays[nth] ?? 0;
        const booked = late ? day + delay : day;
        if (booked < from || booked > to) continue;
        if (!isCounted(delay, windows[kinds[nth] ?? 0] ?? 0, day, moment)) continue;
        const part = findPart(draws[nth] ?? 0, place.breakdown);
        if (part === undefined) continue;
        tally.addConversion(findSums(place, booked, part, tally), adDay.conversions, nth);
      }
    }
  }
}

function scatterDelivery({ delivery }: AdDay, day: number, place: Place, tally: Tally): void {
  const { breakdown } = place;
  for (let part = 0; part < breakdown.parts; part++) {
    const take = (field: number) => sharePart(delivery[field] ?? 0, breakdown, part);
    tally.addDelivery(findSums(place, day, part, tally), take);
  }
}

function findSums({ sums, breakdown }: Place, day: number, part: number, tally: Tally): Float64Array {
  const key = day * breakdown.parts + part;
  const own = sums.get(key) ?? new Float64Array(tally.width);
  sums.set(key, own);
  return own;
}

function listPlaces(account: KnownAccount, { level, targetingType }: TruthRequest): Place[] {
  const parts = targetingType === undefined ? 1 : listValues(targetingType).length;
  const salt = targetingType === undefined ? 0 : saltOf(targetingType);
  return listEntities(account, baseLevel(level)).map((entity) => ({
    entity,
    breakdown: { share: entity.share, parts, salt },
    sums: new Map(),
  }));
}

function groupByAd(places: readonly Place[]): Map<KnownAd, Place[]> {
  const grouped = new Map<KnownAd, Place[]>();
  for (const place of places) {
    for (const ad of place.entity.ads) {
      const ofAd = grouped.get(ad) ?? [];
      ofAd.push(place);
      grouped.set(ad, ofAd);
    }
  }
  return grouped;
}

function readDay(text: string): number {
  const day = parseDay(text);
  if (day === undefined) throw new RangeError(`${text} is not a day`);
  return day;
}

const keyOf = ({ id, date, targetingValue }: TruthRow): string => `${id} ${date} ${targetingValue ?? ""}`;
const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
