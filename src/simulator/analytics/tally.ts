import { CHANNELS, type Conversions, DEVICE_PAIRS, KINDS } from "./conversions.ts";
import { DELIVERY_FIELDS } from "./delivery.ts";
import { divide, isAdditive, type Metric, reach, readMetric, type Selection } from "./metric.ts";

/** Adds facts straight to the metrics that count them. */
export interface Tally {
  /** Numbers per row. */
  width: number;
  addDelivery: (sums: Float64Array, take: (field: number) => number) => void;
  addConversion: (sums: Float64Array, conversions: Conversions, nth: number) => void;
  /** The metrics that were asked for, by name. */
  read: (sums: Float64Array) => Record<string, bigint | number>;
}

interface Target {
  at: number;
  selection: Selection;
}

/** A tally of these metrics, and of those that quotients among them are made of. */
export function compileTally(columns: readonly string[]): Tally {
  const metrics = new Map<string, Metric>();
  for (const name of columns) collect(name, metrics);
  const names = [...metrics].filter(([, metric]) => isAdditive(metric)).map(([name]) => name);
  const position = new Map(names.map((name, at) => [name, at]));
  const fields: { at: number; field: number }[] = [];
  const targets: Target[] = [];
  for (const [at, name] of names.entries()) {
    const metric = metrics.get(name);
    if (metric?.form === "delivery") {
      for (const field of metric.fields) fields.push({ at, field: DELIVERY_FIELDS.indexOf(field) });
    }
    if (metric?.form === "conversions") targets.push({ at, selection: metric.selection });
  }
  const targetsOf = memoizeTargets(targets);

  function readOne(name: string, sums: Float64Array): bigint | number {
    const metric = metrics.get(name) ?? readMetric(name);
    switch (metric.form) {
      case "reach":
        return BigInt(reach(Number(readOne("TOTAL_IMPRESSION", sums))));
      case "quotient": {
        const { over, under } = metric.quotient;
        return divide(Number(readOne(over, sums)), Number(readOne(under, sums)), metric.quotient);
      }
      default: {
        const sum = sums[position.get(name) ?? -1] ?? 0;
        return metric.form === "delivery" && metric.divisor !== 1 ? sum / metric.divisor : BigInt(sum);
      }
    }
  }

  return {
    width: names.length,
    addDelivery: (sums, take) => {
      for (const { at, field } of fields) sums[at] = (sums[at] ?? 0) + take(field);
    },
    addConversion: (sums, conversions, nth) => {
      for (const { at, selection } of targetsOf(conversions, nth)) {
        sums[at] = (sums[at] ?? 0) + measure(conversions, nth, selection);
      }
    },
    read: (sums) => Object.fromEntries(columns.map((name) => [name, readOne(name, sums)])),
  };
}

function collect(name: string, metrics: Map<string, Metric>): void {
  if (metrics.has(name)) return;
  const metric = readMetric(name);
  metrics.set(name, metric);
  if (metric.form === "reach") collect("TOTAL_IMPRESSION", metrics);
  if (metric.form !== "quotient") return;
  collect(metric.quotient.over, metrics);
  collect(metric.quotient.under, metrics);
}

/** Which metrics count a conversion, found once per combination of event, kind, channel and devices. */
function memoizeTargets(targets: readonly Target[]) {
  const found = new Map<number, Target[]>();
  return (conversions: Conversions, nth: number): readonly Target[] => {
    const event = conversions.events[nth] ?? 0;
    const kind = conversions.kinds[nth] ?? 0;
    const channel = conversions.channels[nth] ?? 0;
    const devices = conversions.devices[nth] ?? 0;
    const key = ((event * KINDS.length + kind) * CHANNELS.length + channel) * DEVICE_PAIRS + devices;
    const known = found.get(key);
    if (known) return known;
    const fits = (wanted: number | undefined, is: number) => wanted === undefined || wanted === is;
    const own = targets.filter(
      ({ selection }) =>
        fits(selection.event, event) &&
        fits(selection.kind, kind) &&
        fits(selection.channel, channel) &&
        fits(selection.devices, devices),
    );
    found.set(key, own);
    return own;
  };
}

function measure({ values, quantities }: Conversions, nth: number, selection: Selection): number {
  if (selection.measure === "value") return values[nth] ?? 0;
  return selection.measure === "quantity" ? (quantities[nth] ?? 0) : 1;
}
