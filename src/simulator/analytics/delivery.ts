import { mix } from "../random.ts";

/** What makes an ad have facts that others have not: bits, as an ad's traits are asked for very often. */
export const TRAITS = { video: 1, quiz: 2, showcase: 4, idea: 8 } as const;
type Trait = keyof typeof TRAITS;

interface Field {
  name: string;
  /** The field it is a part or a multiple of; null: made up. */
  base: string | null;
  /** Smallest and largest share of the base, in thousandths. */
  share: readonly [number, number];
  trait?: Trait;
}

const field = (name: string, base: string | null, low: number, high: number, trait?: Trait): Field => ({
  name,
  base,
  share: [low, high],
  ...(trait === undefined ? {} : { trait }),
});

/** A paid (`_1`) and an earned (`_2`) field of the same name, each a share of the base of its kind. */
const pair = (name: string, base: string, low: number, high: number, trait?: Trait): Field[] => [
  field(`${name}_1`, `${base}_1`, low, high, trait),
  field(`${name}_2`, `${base}_2`, low, high, trait),
];

const SHOWCASE_FIELDS = [
  "SHOWCASE_PIN_CLICKTHROUGH",
  "SHOWCASE_SUBPAGE_CLICKTHROUGH",
  "SHOWCASE_SUBPIN_CLICKTHROUGH",
  "SHOWCASE_SUBPAGE_IMPRESSION",
  "SHOWCASE_SUBPIN_IMPRESSION",
  "SHOWCASE_SUBPAGE_SWIPE_LEFT",
  "SHOWCASE_SUBPAGE_SWIPE_RIGHT",
  "SHOWCASE_SUBPIN_SWIPE_LEFT",
  "SHOWCASE_SUBPIN_SWIPE_RIGHT",
  "SHOWCASE_SUBPAGE_REPIN",
  "SHOWCASE_SUBPIN_REPIN",
  "SHOWCASE_SUBPAGE_CLOSEUP",
  "SHOWCASE_CARD_THUMBNAIL_SWIPE_FORWARD",
  "SHOWCASE_CARD_THUMBNAIL_SWIPE_BACKWARD",
];

/** Whole numbers that every metric about delivery is a sum or a quotient of. A base stands before what needs it. */
const FIELDS: readonly Field[] = [
  field("IMPRESSION_1", null, 0, 0),
  field("IMPRESSION_2", "IMPRESSION_1", 20, 200),
  ...pair("CLICKTHROUGH", "IMPRESSION", 2, 25),
  ...pair("OUTBOUND_CLICK", "CLICKTHROUGH", 300, 900),
  ...pair("REPIN", "IMPRESSION", 1, 12),
  ...pair("ENGAGEMENT", "IMPRESSION", 10, 60),
  ...pair("WEB_SESSIONS", "OUTBOUND_CLICK", 500, 950),
  field("INVALID_IMPRESSION_1", "IMPRESSION_1", 0, 40),
  field("INVALID_CLICKTHROUGH_1", "CLICKTHROUGH_1", 0, 90),
  /** Millionths of the account's currency: 2 to 9 for a thousand impressions. */
  field("SPEND", "IMPRESSION_1", 2_000_000, 9_000_000),
  field("ADS_CREDIT_SPEND", "SPEND", 0, 80),
  field("LEADS", "CLICKTHROUGH_1", 0, 60),
  field("ONSITE_CHECKOUTS_1", "CLICKTHROUGH_1", 0, 40),
  field("TOTAL_DESTINATION_VIEWS", "CLICKTHROUGH_1", 200, 800),
  field("VIDEO_SPEND", "SPEND", 1_000, 1_000, "video"),
  ...pair("VIDEO_P0_COMBINED", "IMPRESSION", 300, 800, "video"),
  ...pair("VIDEO_P25_COMBINED", "VIDEO_P0_COMBINED", 400, 900, "video"),
  ...pair("VIDEO_P50_COMBINED", "VIDEO_P25_COMBINED", 400, 900, "video"),
  ...pair("VIDEO_P75_COMBINED", "VIDEO_P50_COMBINED", 400, 900, "video"),
  ...pair("VIDEO_P95_COMBINED", "VIDEO_P75_COMBINED", 400, 900, "video"),
  ...pair("VIDEO_P100_COMPLETE", "VIDEO_P95_COMBINED", 400, 900, "video"),
  ...pair("VIDEO_3SEC_VIEWS", "VIDEO_P0_COMBINED", 300, 700, "video"),
  ...pair("VIDEO_15SEC_UNIQUE_VIEWS", "VIDEO_P0_COMBINED", 50, 300, "video"),
  ...pair("VIDEO_MRC_VIEWS", "VIDEO_P0_COMBINED", 400, 800, "video"),
  ...pair("VIDEO_WATCHED_SECONDS", "VIDEO_P0_COMBINED", 2_000, 9_000, "video"),
  ...pair("IDEA_PIN_PRODUCT_TAG_VISIT", "CLICKTHROUGH", 100, 500, "idea"),
  ...pair("IDEA_PIN_PAGE_FORWARD", "CLICKTHROUGH", 500, 2_500, "idea"),
  ...pair("IDEA_PIN_PAGE_BACKWARD", "CLICKTHROUGH", 50, 800, "idea"),
  field("QUIZ_PIN_RESULT_OPEN", "CLICKTHROUGH_1", 300, 900, "quiz"),
  field("QUIZ_COMPLETED", "QUIZ_PIN_RESULT_OPEN", 500, 900, "quiz"),
  ...SHOWCASE_FIELDS.map((name) => field(name, "CLICKTHROUGH_1", 50, 1_500, "showcase")),
];

export const DELIVERY_FIELDS: readonly string[] = FIELDS.map(({ name }) => name);
export const DELIVERY_COUNT = FIELDS.length;

const FEWEST_IMPRESSIONS = 200;
const MOST_IMPRESSIONS = 9_000;
const THOUSAND = 1_000;

const BASES = Int32Array.from(FIELDS, ({ base }) => (base === null ? -1 : DELIVERY_FIELDS.indexOf(base)));
const LOWEST = Int32Array.from(FIELDS, ({ share: [low] }) => low);
const SPANS = Int32Array.from(FIELDS, ({ share: [low, high] }) => high - low + 1);
const NEEDED = Int32Array.from(FIELDS, ({ trait }) => (trait === undefined ? 0 : TRAITS[trait]));

/**
 * Fills `into` with the delivery of a day that `random` stands for, in the order of `DELIVERY_FIELDS`. `traits` are
 * bits of `TRAITS`. Runs once per ad and day that is asked for, hence the flat arrays.
 */
export function fillDelivery(into: Float64Array, random: number, traits: number): void {
  for (let at = 0; at < DELIVERY_COUNT; at++) {
    into[at] = draw(into, at, mix(random, at), traits);
  }
}

function draw(drawn: Float64Array, at: number, random: number, traits: number): number {
  const needed = NEEDED[at] ?? 0;
  if ((traits & needed) !== needed) return 0;
  const base = BASES[at] ?? -1;
  if (base === -1) return FEWEST_IMPRESSIONS + (random % (MOST_IMPRESSIONS - FEWEST_IMPRESSIONS));
  const share = (LOWEST[at] ?? 0) + (random % (SPANS[at] ?? 1));
  return Math.floor(((drawn[base] ?? 0) * share) / THOUSAND);
}
