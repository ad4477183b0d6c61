import { CHANNELS, DEVICES, EVENTS, KINDS } from "./conversions.ts";
import { DELIVERY_FIELDS } from "./delivery.ts";
import { findQuotient, type Quotient } from "./quotients.ts";

export type Measure = "count" | "value" | "quantity";

/** Which conversions a metric counts; what is undefined is not looked at. All are positions in the lists. */
export interface Selection {
  event: number | undefined;
  kind: number | undefined;
  channel: number | undefined;
  /** Position of the device of the action, times 3, plus that of the conversion. */
  devices: number | undefined;
  measure: Measure;
}

/** What a name stands for. */
export type Metric =
  /** A sum of fields of delivery, by name, divided by `divisor`. */
  | { form: "delivery"; fields: readonly string[]; divisor: number }
  | { form: "conversions"; selection: Selection }
  | { form: "quotient"; quotient: Quotient }
  /** People reached: fewer than the impressions, and fewer in sum the longer the days that are counted together. */
  | { form: "reach" };

const MICRO = 1_000_000;
const REACH_EXPONENT = 0.93;

/** Metrics that are named otherwise than the fields of delivery that they are. */
const ALIASES: Record<string, readonly string[]> = {
  PAID_IMPRESSION: ["IMPRESSION_1"],
  IMPRESSION_1_GROSS: ["IMPRESSION_1", "INVALID_IMPRESSION_1"],
  CLICKTHROUGH_1_GROSS: ["CLICKTHROUGH_1", "INVALID_CLICKTHROUGH_1"],
};

const either = (names: readonly string[]) => names.join("|");
const CONVERSIONS = new RegExp(
  `^TOTAL_(?:(${either(CHANNELS)})_)?(?:(${either(KINDS)})_)?(${either(EVENTS)}|CONVERSIONS)(?:_(VALUE_IN_MICRO_DOLLAR|QUANTITY))?$`,
);
const ACROSS_DEVICES = new RegExp(
  `^TOTAL_(${either(EVENTS)})_(${either(DEVICES)})_ACTION_TO_(${either(DEVICES)})_CONVERSION$`,
);
const AMOUNT = /^(.*SPEND)_IN_(MICRO_)?DOLLAR$/;

/** What a metric or a field of delivery is made of. Throws for a name that is neither. */
export function readMetric(name: string): Metric {
  if (name === "TOTAL_IMPRESSION_USER") return { form: "reach" };
  const quotient = findQuotient(name);
  if (quotient) return { form: "quotient", quotient };
  const selection = readSelection(name);
  if (selection) return { form: "conversions", selection };
  const amount = AMOUNT.exec(name);
  const fields = listFields(amount?.[1] ?? name);
  if (fields === undefined) throw new RangeError(`the simulator knows no metric ${name}`);
  return { form: "delivery", fields, divisor: amount && amount[2] === undefined ? MICRO : 1 };
}

/** Whether the metric of a whole is the sum of those of its parts. */
export const isAdditive = ({ form }: Metric): boolean => form === "delivery" || form === "conversions";

/** People reached by so many impressions. */
export const reach = (impressions: number): number => Math.ceil(impressions ** REACH_EXPONENT);

/** A quotient of two sums; 0 where there is nothing to divide by. */
export function divide(over: number, under: number, { factor, whole }: Quotient): number {
  const value = under === 0 ? 0 : (over / under) * factor;
  return whole ? Math.round(value) : value;
}

function readSelection(name: string): Selection | undefined {
  const across = ACROSS_DEVICES.exec(name);
  if (across) {
    const [, event = "", from = "", to = ""] = across;
    const devices = position(DEVICES, from) * DEVICES.length + position(DEVICES, to);
    return { event: EVENTS.indexOf(event), kind: undefined, channel: undefined, devices, measure: "count" };
  }
  const match = CONVERSIONS.exec(name);
  if (!match) return undefined;
  const [, channel, kind, event = "", measure] = match;
  return {
    event: event === "CONVERSIONS" ? undefined : EVENTS.indexOf(event),
    kind: kind === undefined ? undefined : position(KINDS, kind),
    channel: channel === undefined ? undefined : position(CHANNELS, channel),
    devices: undefined,
    measure: measure === undefined ? "count" : measure === "QUANTITY" ? "quantity" : "value",
  };
}

const position = (names: readonly string[], name: string): number => names.indexOf(name);

function listFields(name: string): readonly string[] | undefined {
  const alias = ALIASES[name];
  if (alias) return alias;
  if (DELIVERY_FIELDS.includes(name)) return [name];
  const family = name.replace(/^TOTAL_/, "");
  const both = [`${family}_1`, `${family}_2`];
  return family !== name && both.every((field) => DELIVERY_FIELDS.includes(field)) ? both : undefined;
}
