/** A day in UTC, `YYYY-MM-DD`; days compare as text. */
export type Day = string;

/** A span of days, both inclusive, UTC. */
export interface Window {
  readonly from: Day;
  readonly to: Day;
}

/** The two ways Pinterest is asked for metrics: at once, or by a report that it prepares. */
export type Way = "sync" | "report";

/** How far a request may reach, as Pinterest documents it. */
interface Limit {
  /** Days back from today. */
  readonly historyDays: number;
  /** Days in one request. */
  readonly rangeDays: number;
}

/** Limits of asynchronous reports by granularity; those about products have their own (API description 5.23). */
export const REPORT_LIMITS = {
  DAY: { historyDays: 914, rangeDays: 186 },
  WEEK: { historyDays: 914, rangeDays: 186 },
  MONTH: { historyDays: 914, rangeDays: 186 },
  TOTAL: { historyDays: 914, rangeDays: 186 },
  HOUR: { historyDays: 8, rangeDays: 3 },
  PRODUCT_ITEM: { historyDays: 92, rangeDays: 31 },
} as const satisfies Record<string, Limit>;

/** Limits of the synchronous endpoints by granularity (API description 5.23). */
export const SYNC_LIMITS = {
  DAY: { historyDays: 90, rangeDays: 90 },
  WEEK: { historyDays: 90, rangeDays: 90 },
  MONTH: { historyDays: 90, rangeDays: 90 },
  TOTAL: { historyDays: 90, rangeDays: 90 },
  HOUR: { historyDays: 8, rangeDays: 3 },
} as const satisfies Record<string, Limit>;

/** Kept away from every limit: a request planned before midnight may arrive after it, at another server's clock. */
const MARGIN_DAYS = 1;

const DAY_MS = 86_400_000;
const DAY_FORM = /^\d{4}-\d{2}-\d{2}$/;
const MONTH_LENGTH = "YYYY-MM".length;

/** The day in UTC of a moment given in epoch milliseconds. */
export function dayOf(epochMs: number): Day {
  return new Date(epochMs).toISOString().slice(0, 10);
}

/** The day that `text` names as `YYYY-MM-DD`; undefined when it is written otherwise or no calendar has it. */
export function parseDay(text: string): Day | undefined {
  const epochMs = DAY_FORM.test(text) ? Date.parse(text) : Number.NaN;
  // Some days that no calendar has, such as 30 February, are read as days of the next month.
  return !Number.isNaN(epochMs) && dayOf(epochMs) === text ? text : undefined;
}

/** The day so many days later, or earlier when negative. */
export function addDays(day: Day, days: number): Day {
  return dayOf(Date.parse(day) + days * DAY_MS);
}

/** Days in a window; 1 for a single day. */
export function countDays({ from, to }: Window): number {
  return (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
}

/** Every day of the window, ascending. */
export function listDays(window: Window): Day[] {
  return Array.from({ length: Math.max(0, countDays(window)) }, (_, index) => addDays(window.from, index));
}

/** The days that both have; undefined when there are none. */
export function intersect(one: Window, other: Window): Window | undefined {
  const from = one.from > other.from ? one.from : other.from;
  const to = one.to < other.to ? one.to : other.to;
  return from <= to ? { from, to } : undefined;
}

/** From the first day of all windows to the last one; undefined without any. */
export function spanOf(windows: readonly Window[]): Window | undefined {
  const days = windows.flatMap(({ from, to }) => [from, to]).sort();
  const [from, to] = [days.at(0), days.at(-1)];
  return from !== undefined && to !== undefined ? { from, to } : undefined;
}

/** The window as one that ends before `day` and one that begins with it, as far as there are such days. */
export function cutWindow({ from, to }: Window, day: Day): Window[] {
  return from < day && day <= to
    ? [
        { from, to: addDays(day, -1) },
        { from: day, to },
      ]
    : [{ from, to }];
}

/** The window as windows of at most `maxDays` days: without gap, without overlap, cut from its first day on. */
export function splitWindow(window: Window, maxDays: number, order: "newest" | "oldest"): Window[] {
  const count = Math.ceil(countDays(window) / maxDays);
  const tiles = Array.from({ length: count }, (_, index) => {
    const from = addDays(window.from, index * maxDays);
    const to = addDays(from, maxDays - 1);
    return { from, to: to < window.to ? to : window.to };
  });
  return order === "oldest" ? tiles : tiles.toReversed();
}

/**
 * The window cut where months begin, so that no window is longer than 31 days. Windows of full months are the same
 * whatever the day the whole begins or ends with.
 */
export function splitByMonth(window: Window, order: "newest" | "oldest"): Window[] {
  const tiles = monthsOf(window).flatMap((month) => {
    const from = `${month}-01`;
    const next = addDays(from, 31).slice(0, MONTH_LENGTH);
    return intersect(window, { from, to: addDays(`${next}-01`, -1) }) ?? [];
  });
  return order === "oldest" ? tiles : tiles.toReversed();
}

/** Both halves, the earlier one first and never the shorter; undefined for one day, which has none. */
export function halveWindow(window: Window): [Window, Window] | undefined {
  const days = countDays(window);
  if (days < 2) return undefined;
  const end = addDays(window.from, Math.ceil(days / 2) - 1);
  return [
    { from: window.from, to: end },
    { from: addDays(end, 1), to: window.to },
  ];
}

/** Days in any order, none or any of them twice, as the fewest windows that hold exactly them; ascending. */
export function toWindows(days: readonly Day[]): Window[] {
  const windows: { from: Day; to: Day }[] = [];
  for (const day of [...new Set(days)].sort()) {
    const last = windows.at(-1);
    if (last && addDays(last.to, 1) === day) last.to = day;
    else windows.push({ from: day, to: day });
  }
  return windows;
}

/** The months that the window touches, `YYYY-MM`, ascending. */
export function monthsOf(window: Window): string[] {
  return [...new Set(listDays(window).map((day) => day.slice(0, MONTH_LENGTH)))];
}

/** The first day that Pinterest can be asked for in this way, by the day, when it is `today`. */
export function earliestDay(way: Way, today: Day): Day {
  const { historyDays } = way === "sync" ? SYNC_LIMITS.DAY : REPORT_LIMITS.DAY;
  return addDays(today, MARGIN_DAYS - historyDays);
}

/** So many days at most fit one request of this way, by the day. */
export function longestRange(way: Way): number {
  const { rangeDays } = way === "sync" ? SYNC_LIMITS.DAY : REPORT_LIMITS.DAY;
  return rangeDays - MARGIN_DAYS;
}
