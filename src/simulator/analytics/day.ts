const MS_PER_DAY = 86_400_000;
const DAY_TEXT = /^\d{4}-\d{2}-\d{2}$/;
const DAYS_PER_WEEK = 7;
/** Day 0, 1970-01-01, was a Thursday: the week it is in began three days before. */
const DAYS_SINCE_MONDAY = 3;

/** What is known is known at a moment: reports keep the one at which they were asked for. */
export interface Moment {
  /** The day in UTC, counted from 1970-01-01. */
  today: number;
  /** Days by which the world was moved on beyond the clock: everything is so much older than its date says. */
  aged: number;
  /** So many ads were known. */
  ads: number;
}

/** The day in UTC of a time in milliseconds, counted from 1970-01-01. */
export const dayOf = (milliseconds: number): number => Math.floor(milliseconds / MS_PER_DAY);

/** The day that `YYYY-MM-DD` names; undefined for other texts and for days that no calendar has. */
export function parseDay(text: string): number | undefined {
  if (!DAY_TEXT.test(text)) return undefined;
  const day = dayOf(Date.parse(text));
  return Number.isNaN(day) || formatDay(day) !== text ? undefined : day;
}

export const formatDay = (day: number): string => new Date(day * MS_PER_DAY).toISOString().slice(0, 10);

/** How many days ago `day` was; negative in the future. */
export const ageOf = (day: number, { today, aged }: Moment): number => today - day + aged;

export const GRANULARITIES = ["TOTAL", "DAY", "HOUR", "WEEK", "MONTH"] as const;
export type Granularity = (typeof GRANULARITIES)[number];

/** Days that one row covers. */
export interface Bucket {
  from: number;
  to: number;
  /** The date in the row: the first day of the calendar's week or month; undefined for totals. */
  date: string | undefined;
}

/** The rows' days from `from` to `to`, both inclusive. Weeks begin on Mondays. */
export function listBuckets(from: number, to: number, granularity: Granularity): Bucket[] {
  if (granularity === "TOTAL") return [{ from, to, date: undefined }];
  const buckets: Bucket[] = [];
  for (let day = from; day <= to; day++) {
    const date = formatDay(firstOf(day, granularity));
    const last = buckets.at(-1);
    if (last?.date === date) last.to = day;
    else buckets.push({ from: day, to: day, date });
  }
  return buckets;
}

function firstOf(day: number, granularity: Granularity): number {
  if (granularity === "WEEK") return day - ((day + DAYS_SINCE_MONDAY) % DAYS_PER_WEEK);
  if (granularity === "MONTH") return dayOf(Date.parse(`${formatDay(day).slice(0, 7)}-01`));
  return day;
}
