import { mix } from "../random.ts";
import { INVALID_FOUND_DAYS, knownDelivery } from "./attribution.ts";
import { type Conversions, emptyConversions, fillConversions } from "./conversions.ts";
import { ageOf, type Moment } from "./day.ts";
import { DELIVERY_COUNT, fillDelivery } from "./delivery.ts";

/** An ad as far as its facts depend on it. */
export interface DeliveringAd {
  /** Stands for the ad in every draw. */
  random: number;
  /** Bits of `TRAITS`. */
  traits: number;
  /** Share of days with delivery, 0 to 1; 0 for drafts. */
  share: number;
  /** Nothing happened before this day. */
  firstDay: number;
}

/** The facts of one ad and one day, as they are known at a moment. */
export interface AdDay {
  /** In the order of `DELIVERY_FIELDS`. */
  delivery: Float64Array;
  /** All there will ever be: those out of the window or still to come are included. */
  conversions: Conversions;
  /** What decides which part of a breakdown small numbers go to. */
  random: number;
}

const TWO_TO_32 = 4_294_967_296;
const DELIVERS_SALT = 1_000_003;
const INVALID_SALT = 1_000_033;
/** One delivering ad-day in so many is found to be invalid traffic, all of it. */
const INVALID_ONE_IN = 25;
const PERCENT = 100;

export const emptyAdDay = (): AdDay => ({
  delivery: new Float64Array(DELIVERY_COUNT),
  conversions: emptyConversions(),
  random: 0,
});

/**
 * Fills `into` with what the ad did on that day: nothing but a function of the ad, the day and its age. Conversions are
 * most of the work and can be left out. Says false, and leaves `into` as it was, when nothing is known to have happened: no delivery, a day to come, invalid traffic.
 */
export function fillAdDay(
  into: AdDay,
  ad: DeliveringAd,
  day: number,
  moment: Moment,
  withConversions = true,
): boolean {
  const known = knownDelivery(day, moment);
  if (known === 0 || day < ad.firstDay) return false;
  const random = mix(ad.random, day);
  if (mix(random, DELIVERS_SALT) / TWO_TO_32 >= ad.share) return false;
  if (ageOf(day, moment) >= INVALID_FOUND_DAYS && isInvalid(random)) return false;
  into.random = random;
  fillDelivery(into.delivery, random, ad.traits);
  into.conversions.count = 0;
  if (withConversions) fillConversions(into.conversions, random);
  if (known < PERCENT) {
    for (let at = 0; at < DELIVERY_COUNT; at++) {
      into.delivery[at] = Math.floor(((into.delivery[at] ?? 0) * known) / PERCENT);
    }
  }
  return true;
}

const isInvalid = (random: number): boolean => mix(random, INVALID_SALT) % INVALID_ONE_IN === 0;
