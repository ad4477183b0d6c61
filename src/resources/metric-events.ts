/** Events that conversions are counted of, as Pinterest's column names spell them, and in words. */
export const EVENTS = {
  PAGE_VISIT: "page visits",
  SIGNUP: "sign-ups",
  CHECKOUT: "checkouts",
  CUSTOM: "custom events",
  ADD_TO_CART: "additions to the cart",
  LEAD: "leads",
  SEARCH: "searches on the advertiser's site",
  WATCH_VIDEO: "video watches on the advertiser's site",
  VIEW_CATEGORY: "category views",
  APP_INSTALL: "app installs",
  UNKNOWN: "conversions of unknown kind",
  ADD_TO_WISHLIST: "additions to the wishlist",
  SUBSCRIBE: "subscriptions",
} as const;

export type Event = keyof typeof EVENTS;

/** Ad actions that a conversion can be credited to. */
export const CREDITS = {
  CLICK: "credited to clicks",
  ENGAGEMENT: "credited to engagements such as saves and close-ups",
  VIEW: "credited to views alone",
} as const;

/** Devices of the ad action and of the conversion. */
export const DEVICES = { DESKTOP: "desktops", MOBILE: "phones", TABLET: "tablets" } as const;

export type Channel = "WEB" | "INAPP" | "OFFLINE" | "PINTEREST";

interface ChannelEvents {
  readonly text: string;
  readonly events: readonly Event[];
}

const WEB_EVENTS = (Object.keys(EVENTS) as Event[]).filter(
  (event) => !["APP_INSTALL", "ADD_TO_WISHLIST", "SUBSCRIBE"].includes(event),
);

/** Where conversions happen; each channel knows its own events. */
export const CHANNELS: Readonly<Record<Channel, ChannelEvents>> = {
  WEB: { text: "on the website", events: WEB_EVENTS },
  INAPP: {
    text: "in the mobile app",
    events: ["CHECKOUT", "ADD_TO_CART", "SIGNUP", "SEARCH", "UNKNOWN", "APP_INSTALL"],
  },
  OFFLINE: { text: "offline", events: ["CHECKOUT", "SIGNUP", "LEAD", "CUSTOM", "UNKNOWN"] },
  PINTEREST: { text: "on Pinterest itself", events: ["CHECKOUT"] },
};

const VALUE = "(?:_VALUE_IN_MICRO_DOLLAR)?";

/** The conversions that the synchronous endpoints know; reports know all. */
const KNOWN_TO_SYNC = [
  /^TOTAL_(?:PAGE_VISIT|LEAD|ADD_TO_WISHLIST|SUBSCRIBE)$/,
  new RegExp(`^TOTAL_(?:CUSTOM|(?:(?:CLICK|ENGAGEMENT|VIEW)_)?(?:SIGNUP|CHECKOUT))${VALUE}$`),
  /^TOTAL_(?:CLICK|VIEW)_(?:ADD_TO_CART|LEAD)$/,
  /^TOTAL_ENGAGEMENT_LEAD$/,
  new RegExp(`^TOTAL_WEB_(?:(?:CLICK|ENGAGEMENT|VIEW)_)?CHECKOUT${VALUE}$`),
  /^TOTAL_OFFLINE_CHECKOUT$/,
  /^(?:PAGE_VISIT|WEB_CHECKOUT|INAPP_CHECKOUT)_COST_PER_ACTION$/,
  /^(?:PAGE_VISIT|CHECKOUT|CUSTOM|WEB_CHECKOUT)_ROAS$/,
  /_CONVERSION_RATE$/,
];

/** True when the synchronous endpoints know that metric of conversions. */
export function isKnownToSync(name: string): boolean {
  return KNOWN_TO_SYNC.some((pattern) => pattern.test(name));
}
