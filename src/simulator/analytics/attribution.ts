import { ageOf, type Moment } from "./day.ts";

export const WINDOW_DAYS: readonly number[] = [0, 1, 7, 14, 30, 60];
export const REPORT_TIMES = ["TIME_OF_AD_ACTION", "TIME_OF_CONVERSION"] as const;

/** How conversions are counted: within how many days after the ad's action, and on whose date. */
export interface Attribution {
  /** Days, one of `WINDOW_DAYS`; 0 counts none of that kind. */
  click: number;
  engagement: number;
  view: number;
  reportTime: (typeof REPORT_TIMES)[number];
}

/** What Pinterest takes when nothing is said. */
export const DEFAULT_ATTRIBUTION: Attribution = {
  click: 30,
  engagement: 30,
  view: 1,
  reportTime: "TIME_OF_AD_ACTION",
};

/**
 * Days from the action to the conversion, as often as they occur in twenty conversions. Each of the windows 1, 7, 14,
 * 30 and 60 holds one delay more than the window before, and that one on its very last day.
 */
export const DELAYS: readonly number[] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 3, 3, 6, 6, 13, 13, 29, 59];
export const DIFFERENT_DELAYS: readonly number[] = [...new Set(DELAYS)];

/** A conversion is known this many days after it happened. */
const REPORTING_LAG_DAYS = 1;
/** Delivery of the day itself and of the day before is known in part, in percent. */
const KNOWN_DELIVERY: readonly number[] = [55, 92];
const WHOLE = 100;
/** At this age invalid traffic has been found. */
export const INVALID_FOUND_DAYS = 3;

/** The windows in the order of `KINDS`. */
export const listWindows = ({ click, engagement, view }: Attribution): readonly number[] => [
  click,
  engagement,
  view,
];

/** Whether a conversion so many days after an action of `day` lies in the window and is known yet. */
export function isCounted(delay: number, window: number, day: number, moment: Moment): boolean {
  return delay < window && ageOf(day, moment) >= delay + REPORTING_LAG_DAYS;
}

/** The share of a day's delivery that is known, in percent; 0 for days to come. */
export function knownDelivery(day: number, moment: Moment): number {
  if (day > moment.today) return 0;
  return KNOWN_DELIVERY[ageOf(day, moment)] ?? WHOLE;
}
