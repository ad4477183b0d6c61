import { cost, count, type DeclareMetric, type Metric, microAmount, share } from "./metric.ts";
import {
  CHANNELS,
  type Channel,
  CREDITS,
  DEVICES,
  EVENTS,
  type Event,
  isKnownToSync,
} from "./metric-events.ts";

/** How one family is written: the name that it gives an event, and the sentence. */
interface Form {
  readonly declare: DeclareMetric;
  readonly prefix: string;
  readonly suffix: string;
  readonly say: (conversions: string) => string;
}

const COUNT: Form = { declare: count, prefix: "TOTAL_", suffix: "", say: capitalize };
const VALUE: Form = {
  declare: microAmount,
  prefix: "TOTAL_",
  suffix: "_VALUE_IN_MICRO_DOLLAR",
  say: (conversions) => `Value of ${conversions}`,
};
const QUANTITY: Form = {
  declare: count,
  prefix: "TOTAL_",
  suffix: "_QUANTITY",
  say: (conversions) => `Items in ${conversions}`,
};
const COST: Form = {
  declare: cost,
  prefix: "",
  suffix: "_COST_PER_ACTION",
  say: (conversions) => `Spend divided by ${conversions}`,
};
const RETURN: Form = {
  declare: share,
  prefix: "",
  suffix: "_ROAS",
  say: (conversions) => `Return on ad spend: value of ${conversions}, divided by spend`,
};
const RATE: Form = {
  declare: share,
  prefix: "TOTAL_",
  suffix: "_CONVERSION_RATE",
  say: (conversions) => `Conversion rate of ${conversions}`,
};

type Credit = keyof typeof CREDITS;
const CREDIT_NAMES = Object.keys(CREDITS) as readonly Credit[];

/** Events that Ads Manager has always known; it later added two that are only counted. */
const ALL = Object.keys(EVENTS).filter((event) => !/WISHLIST|SUBSCRIBE/.test(event)) as readonly Event[];

/**
 * Every metric of conversions: event, channel and credited action, as the API description lists them.
 * Not every combination exists; what is made here is exactly what Pinterest accepts.
 */
export const conversionMetrics: readonly Metric[] = [
  ...total(COUNT, [...without("UNKNOWN"), "ADD_TO_WISHLIST", "SUBSCRIBE"]),
  ...total(VALUE, without("UNKNOWN", "PAGE_VISIT")),
  ...total(QUANTITY, ["CHECKOUT"]),
  ...total(COST, ["PAGE_VISIT", "APP_INSTALL"]),
  ...total(RETURN, ["PAGE_VISIT", "CHECKOUT", "CUSTOM"]),
  ...total(RATE, ALL),
  ...credited(COUNT, ALL),
  ...credited(VALUE, ALL),
  ...credited(QUANTITY, without("APP_INSTALL")),
  ...(Object.keys(CHANNELS) as Channel[]).flatMap(channelMetrics),
  make(RATE, "APP_INSTALL", { channel: "INAPP" }),
  ...ALL.flatMap(deviceMetrics),
  count("TOTAL_CONVERSIONS", "Conversions of every kind, all channels"),
  microAmount("TOTAL_CONVERSIONS_VALUE_IN_MICRO_DOLLAR", "Value of all conversions, all channels", "report"),
  count("TOTAL_CONVERSIONS_QUANTITY", "Items in all conversions, all channels", "report"),
];

function total(form: Form, events: readonly Event[]): Metric[] {
  return events.map((event) => make(form, event, {}));
}

function credited(form: Form, events: readonly Event[], channel?: Channel): Metric[] {
  return events.flatMap((event) => CREDIT_NAMES.map((credit) => make(form, event, { channel, credit })));
}

/** Pinterest does not say to which action checkouts on Pinterest itself are credited. */
function channelMetrics(channel: Channel): Metric[] {
  const { events } = CHANNELS[channel];
  return [
    ...[COUNT, VALUE, COST, RETURN].flatMap((form) => events.map((event) => make(form, event, { channel }))),
    ...(channel === "PINTEREST" ? [] : [COUNT, VALUE].flatMap((form) => credited(form, events, channel))),
  ];
}

/** Conversions by the devices of the ad action and of the conversion. */
function deviceMetrics(event: Event): Metric[] {
  const devices = Object.entries(DEVICES);
  return devices.flatMap(([from, action]) =>
    devices.map(([to, conversion]) =>
      count(
        `TOTAL_${event}_${from}_ACTION_TO_${to}_CONVERSION`,
        capitalize(`${EVENTS[event]} on ${conversion} after an ad action on ${action}, all channels`),
        "report",
      ),
    ),
  );
}

interface Split {
  readonly channel?: Channel | undefined;
  readonly credit?: Credit;
}

function make({ declare, prefix, suffix, say }: Form, event: Event, { channel, credit }: Split): Metric {
  const name = `${prefix}${[channel, credit, event].filter(Boolean).join("_")}${suffix}`;
  const place = channel ? ` ${CHANNELS[channel].text}` : ", all channels";
  const conversions = `${EVENTS[event]}${place}${credit ? `, ${CREDITS[credit]}` : ""}`;
  return declare(name, say(conversions), isKnownToSync(name) ? "both" : "report");
}

function without(...events: readonly Event[]): Event[] {
  return ALL.filter((event) => !events.includes(event));
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
