/** Days after an ad action within which a conversion is credited to it. The API knows no others. */
export const ATTRIBUTION_WINDOWS = [0, 1, 7, 14, 30, 60] as const;

/** To which day a conversion is booked: that of the ad action, or that of the conversion itself. */
export const REPORT_TIMES = ["TIME_OF_AD_ACTION", "TIME_OF_CONVERSION"] as const;

/** How conversions are credited. Numbers of different settings never add up, so it is part of every key. */
export interface Attribution {
  /** Days, one of `ATTRIBUTION_WINDOWS`. */
  readonly click: number;
  readonly engagement: number;
  readonly view: number;
  readonly reportTime: (typeof REPORT_TIMES)[number];
}

/** What Pinterest takes when nothing is said, and what Ads Manager shows by default. */
export const DEFAULT_ATTRIBUTION: Attribution = {
  click: 30,
  engagement: 30,
  view: 1,
  reportTime: "TIME_OF_AD_ACTION",
};

/** The setting as the column `attribution` holds it: `30/30/1 TIME_OF_AD_ACTION` (click/engagement/view). */
export function nameAttribution({ click, engagement, view, reportTime }: Attribution): string {
  return `${click}/${engagement}/${view} ${reportTime}`;
}

/** Days until the last window of the setting has closed. */
export function longestWindow({ click, engagement, view }: Attribution): number {
  return Math.max(click, engagement, view);
}
