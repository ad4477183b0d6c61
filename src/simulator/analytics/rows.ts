import { emptyAdDay, fillAdDay } from "./ad-day.ts";
import { type Attribution, DIFFERENT_DELAYS, isCounted, listWindows } from "./attribution.ts";
import type { Breakdown } from "./breakdown.ts";
import type { Bucket, Moment } from "./day.ts";
import { addConversion, addDelivery, emptyLedger, type Ledger } from "./ledger.ts";
import type { Entity } from "./levels.ts";
import { listValues, saltOf } from "./targeting.ts";

/** What is asked of the facts, whichever endpoint asks. */
export interface RowQuery {
  attribution: Attribution;
  moment: Moment;
  /** Undefined: one row per entity and bucket. Otherwise one per value of each type. */
  types: readonly string[] | undefined;
  /** False where no column counts conversions, which are most of the work. */
  conversions: boolean;
}

export interface Row {
  entity: Entity;
  date: string | undefined;
  targeting: { type: string; value: string | number } | undefined;
  ledger: Ledger;
}

/** Used again and again, as a report may have 300,000 rows: nothing in them outlives a call of `eachRow`. */
const scratch = emptyAdDay();
const ledgers: Ledger[] = [];

/** Hands every row of one entity and bucket to `take`, which must not keep it. Rows without facts are among them. */
export function eachRow(entity: Entity, bucket: Bucket, query: RowQuery, take: (row: Row) => void): void {
  const { date } = bucket;
  if (query.types === undefined) {
    const ledger = prepareLedgers(1)[0];
    if (fillLedgers(entity, bucket, { share: entity.share, parts: 1, salt: 0 }, query) && ledger) {
      take({ entity, date, targeting: undefined, ledger });
    }
    return;
  }
  for (const type of query.types) {
    const values = listValues(type);
    prepareLedgers(values.length);
    const breakdown = { share: entity.share, parts: values.length, salt: saltOf(type) };
    if (!fillLedgers(entity, bucket, breakdown, query)) continue;
    for (const [part, value] of values.entries()) {
      const ledger = ledgers[part];
      if (ledger) take({ entity, date, targeting: { type, value }, ledger });
    }
  }
}

function prepareLedgers(count: number): readonly Ledger[] {
  while (ledgers.length < count) ledgers.push(emptyLedger());
  for (let nth = 0; nth < count; nth++) ledgers[nth]?.fill(0);
  return ledgers;
}

/** Says whether there were any facts. */
function fillLedgers(entity: Entity, bucket: Bucket, breakdown: Breakdown, query: RowQuery): boolean {
  const { moment, conversions, attribution } = query;
  const late = attribution.reportTime === "TIME_OF_CONVERSION" && conversions;
  let found = false;
  for (const ad of entity.ads) {
    if (ad.share === 0 || ad.number >= moment.ads) continue;
    for (let day = bucket.from; day <= bucket.to && day <= moment.today; day++) {
      if (fillAdDay(scratch, ad, day, moment, conversions)) {
        found = true;
        addDelivery(ledgers, scratch, breakdown);
        addConversions(day, 0, breakdown, query);
      }
      if (!late) continue;
      for (const delay of DIFFERENT_DELAYS) {
        if (delay === 0 || !fillAdDay(scratch, ad, day - delay, moment)) continue;
        found = true;
        addConversions(day - delay, delay, breakdown, query);
      }
    }
  }
  return found;
}

/**
 * Adds what the ad's actions of `day` count for: by the time of the action all of their conversions, by the time of
 * the conversion those which came `delay` days later.
 */
function addConversions(day: number, delay: number, breakdown: Breakdown, query: RowQuery): void {
  const { attribution, moment } = query;
  const windows = listWindows(attribution);
  const byConversion = attribution.reportTime === "TIME_OF_CONVERSION";
  const { count, delays, kinds } = scratch.conversions;
  for (let nth = 0; nth < count; nth++) {
    const own = delays[nth] ?? 0;
    if (byConversion && own !== delay) continue;
    if (!isCounted(own, windows[kinds[nth] ?? 0] ?? 0, day, moment)) continue;
    addConversion(ledgers, scratch, nth, breakdown);
  }
}
