import type { AdDay } from "./ad-day.ts";
import { type Breakdown, findPart, sharePart } from "./breakdown.ts";
import { CHANNELS, DEVICE_PAIRS, EVENTS, KINDS } from "./conversions.ts";
import { DELIVERY_COUNT, DELIVERY_FIELDS } from "./delivery.ts";
import { divide, type Measure, type Metric, reach, readMetric, type Selection } from "./metric.ts";

/** The sums of one row: delivery by field, then conversions in finest parts, from which every metric is read. */
export type Ledger = Float64Array;

const CELLS = EVENTS.length * KINDS.length * CHANNELS.length;
const MEASURES: readonly Measure[] = ["count", "value", "quantity"];
const COUNTS_AT = DELIVERY_COUNT;
const VALUES_AT = COUNTS_AT + CELLS;
const QUANTITIES_AT = VALUES_AT + CELLS;
const DEVICES_AT = QUANTITIES_AT + CELLS;
const LENGTH = DEVICES_AT + EVENTS.length * DEVICE_PAIRS;

export const emptyLedger = (): Ledger => new Float64Array(LENGTH);

/** Adds a day's delivery, shared out over the parts of the breakdown: the first ledgers, one each. */
export function addDelivery(ledgers: readonly Ledger[], { delivery }: AdDay, breakdown: Breakdown): void {
  for (let part = 0; part < breakdown.parts; part++) {
    const ledger = ledgers[part];
    if (ledger === undefined) continue;
    for (let at = 0; at < DELIVERY_COUNT; at++) {
      const value = delivery[at] ?? 0;
      if (value !== 0) ledger[at] = (ledger[at] ?? 0) + sharePart(value, breakdown, part);
    }
  }
}

/** Adds one conversion of a day to the ledger of the part it belongs to. */
export function addConversion(
  ledgers: readonly Ledger[],
  { conversions }: AdDay,
  nth: number,
  breakdown: Breakdown,
): void {
  const part = findPart(conversions.draws[nth] ?? 0, breakdown);
  const ledger = part === undefined ? undefined : ledgers[part];
  if (ledger === undefined) return;
  const event = conversions.events[nth] ?? 0;
  const kind = conversions.kinds[nth] ?? 0;
  const cell = (event * KINDS.length + kind) * CHANNELS.length + (conversions.channels[nth] ?? 0);
  add(ledger, COUNTS_AT + cell, 1);
  add(ledger, VALUES_AT + cell, conversions.values[nth] ?? 0);
  add(ledger, QUANTITIES_AT + cell, conversions.quantities[nth] ?? 0);
  add(ledger, DEVICES_AT + event * DEVICE_PAIRS + (conversions.devices[nth] ?? 0), 1);
}

function add(ledger: Ledger, at: number, value: number): void {
  ledger[at] = (ledger[at] ?? 0) + value;
}

/** How a metric is read off a ledger. */
export function compileMetric(name: string): (ledger: Ledger) => number {
  const metric = readMetric(name);
  switch (metric.form) {
    case "reach": {
      const impressions = compileMetric("TOTAL_IMPRESSION");
      return (ledger) => reach(impressions(ledger));
    }
    case "quotient": {
      const over = compileMetric(metric.quotient.over);
      const under = compileMetric(metric.quotient.under);
      return (ledger) => divide(over(ledger), under(ledger), metric.quotient);
    }
    default:
      return sumPlaces(Int32Array.from(listPlaces(metric)), metric.form === "delivery" ? metric.divisor : 1);
  }
}

function sumPlaces(places: Int32Array, divisor: number): (ledger: Ledger) => number {
  return (ledger) => {
    let sum = 0;
    for (let at = 0; at < places.length; at++) sum += ledger[places[at] ?? 0] ?? 0;
    return sum / divisor;
  };
}

/** Where on a ledger the parts of an additive metric stand. */
function listPlaces(metric: Extract<Metric, { form: "delivery" | "conversions" }>): number[] {
  if (metric.form === "delivery") return metric.fields.map((field) => DELIVERY_FIELDS.indexOf(field));
  const { selection } = metric;
  if (selection.devices !== undefined) {
    return [DEVICES_AT + (selection.event ?? 0) * DEVICE_PAIRS + selection.devices];
  }
  const start = [COUNTS_AT, VALUES_AT, QUANTITIES_AT][MEASURES.indexOf(selection.measure)] ?? COUNTS_AT;
  return Array.from({ length: CELLS }, (_, cell) => cell)
    .filter((cell) => isSelected(cell, selection))
    .map((cell) => start + cell);
}

function isSelected(cell: number, { event, kind, channel }: Selection): boolean {
  const perEvent = KINDS.length * CHANNELS.length;
  if (event !== undefined && Math.floor(cell / perEvent) !== event) return false;
  if (kind !== undefined && Math.floor((cell % perEvent) / CHANNELS.length) !== kind) return false;
  return channel === undefined || cell % CHANNELS.length === channel;
}
