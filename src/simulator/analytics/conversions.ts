import { mix } from "../random.ts";
import { DELAYS } from "./attribution.ts";

/** What brought a conversion about, in the order of `listWindows`. */
export const KINDS = ["CLICK", "ENGAGEMENT", "VIEW"] as const;
/** Where it happened. */
export const CHANNELS = ["WEB", "INAPP", "OFFLINE", "PINTEREST"] as const;
export const DEVICES = ["DESKTOP", "MOBILE", "TABLET"] as const;
/** Device of the action and of the conversion. */
export const DEVICE_PAIRS = DEVICES.length ** 2;

type Channel = (typeof CHANNELS)[number];

/** How often per delivering ad, day and kind at most, what one is worth at least in whole currency, where it happens. */
const EVENT_RULES: Record<string, { most: number; worth: number; channels: readonly Channel[] }> = {
  PAGE_VISIT: { most: 14, worth: 0, channels: ["WEB"] },
  SIGNUP: { most: 4, worth: 2, channels: ["WEB", "WEB", "INAPP", "OFFLINE"] },
  CHECKOUT: { most: 5, worth: 15, channels: ["WEB", "WEB", "WEB", "INAPP", "OFFLINE", "PINTEREST"] },
  CUSTOM: { most: 2, worth: 1, channels: ["WEB", "WEB", "OFFLINE"] },
  ADD_TO_CART: { most: 6, worth: 10, channels: ["WEB", "WEB", "INAPP"] },
  LEAD: { most: 3, worth: 5, channels: ["WEB", "OFFLINE"] },
  SEARCH: { most: 2, worth: 0, channels: ["WEB", "INAPP"] },
  WATCH_VIDEO: { most: 2, worth: 0, channels: ["WEB"] },
  VIEW_CATEGORY: { most: 3, worth: 0, channels: ["WEB"] },
  APP_INSTALL: { most: 1, worth: 1, channels: ["INAPP"] },
  UNKNOWN: { most: 1, worth: 0, channels: ["WEB", "INAPP", "OFFLINE"] },
  ADD_TO_WISHLIST: { most: 2, worth: 0, channels: ["WEB"] },
  SUBSCRIBE: { most: 1, worth: 4, channels: ["WEB"] },
};
export const EVENTS: readonly string[] = Object.keys(EVENT_RULES);

const RULES = Object.values(EVENT_RULES).map(({ most, worth, channels }) => ({
  most,
  worth,
  channels: channels.map((channel) => CHANNELS.indexOf(channel)),
}));
const KIND_SHARES = [1, 0.5, 0.8];
const MICRO = 1_000_000;
const MOST_QUANTITY = 3;
const WORTH_SPREAD_MICRO = 40 * MICRO;
const MOST_CONVERSIONS = 256;
const SALT = 7_919;
const TWO_TO_32 = 4_294_967_296;

/** The conversions that the actions of one ad on one day ever lead to, each a position in all of the arrays. */
export interface Conversions {
  count: number;
  /** Positions in `EVENTS`, `KINDS`, `CHANNELS`. */
  events: Uint8Array;
  kinds: Uint8Array;
  channels: Uint8Array;
  /** Position of the action's device in `DEVICES`, times 3, plus that of the conversion's. */
  devices: Uint8Array;
  /** Days from the action to the conversion. */
  delays: Uint8Array;
  /** Millionths of the account's currency. */
  values: Float64Array;
  quantities: Uint8Array;
  /** What decides which part of a breakdown it belongs to. */
  draws: Uint32Array;
}

export const emptyConversions = (): Conversions => ({
  count: 0,
  events: new Uint8Array(MOST_CONVERSIONS),
  kinds: new Uint8Array(MOST_CONVERSIONS),
  channels: new Uint8Array(MOST_CONVERSIONS),
  devices: new Uint8Array(MOST_CONVERSIONS),
  delays: new Uint8Array(MOST_CONVERSIONS),
  values: new Float64Array(MOST_CONVERSIONS),
  quantities: new Uint8Array(MOST_CONVERSIONS),
  draws: new Uint32Array(MOST_CONVERSIONS),
});

/** Fills `into` with the conversions of a day that `random` stands for. */
export function fillConversions(into: Conversions, random: number): void {
  into.count = 0;
  for (const [event, { most, worth, channels }] of RULES.entries()) {
    for (const [kind, share] of KIND_SHARES.entries()) {
      const base = mix(random, SALT + event * KINDS.length + kind);
      const count = Math.floor((base / TWO_TO_32) * (most * share + 1));
      for (let nth = 0; nth < count && into.count < MOST_CONVERSIONS; nth++) {
        add(into, event, kind, channels, worth, mix(base, nth));
      }
    }
  }
}

function add(
  into: Conversions,
  event: number,
  kind: number,
  channels: readonly number[],
  worth: number,
  draw: number,
): void {
  const at = into.count++;
  into.events[at] = event;
  into.kinds[at] = kind;
  into.channels[at] = channels[draw % channels.length] ?? 0;
  into.devices[at] = (draw >>> 4) % DEVICE_PAIRS;
  into.delays[at] = DELAYS[(draw >>> 8) % DELAYS.length] ?? 0;
  into.values[at] = worth === 0 ? 0 : worth * MICRO + (draw % WORTH_SPREAD_MICRO);
  into.quantities[at] = 1 + ((draw >>> 12) % MOST_QUANTITY);
  into.draws[at] = draw;
}
