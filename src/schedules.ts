import { type Cron, ticksAfter } from "./cron.ts";
import type { ScheduleSection } from "./service-sections.ts";

/** What is refreshed by itself: lists of ads, catalogs, all metrics, the last days of metrics. */
export const SCHEDULES = ["entities", "catalogs", "analytics", "recent_analytics"] as const;
export type ScheduleName = (typeof SCHEDULES)[number];

/** What is kept fresh together, and the schedules that do it: whichever comes more often. */
export const REFRESHED_BY = {
  entities: ["entities"],
  catalogs: ["catalogs"],
  analytics: ["analytics", "recent_analytics"],
} as const satisfies Record<string, readonly ScheduleName[]>;
export type ScheduleGroup = keyof typeof REFRESHED_BY;

/** Whether the schedule refreshes what belongs to the group. */
export function refreshes(schedule: string, group: ScheduleGroup): boolean {
  return REFRESHED_BY[group].some((name) => name === schedule);
}

const GROUPS = Object.keys(REFRESHED_BY) as ScheduleGroup[];

/** What these schedules refresh. */
export function groupsOf(schedules: readonly ScheduleName[]): ScheduleGroup[] {
  return GROUPS.filter((group) => schedules.some((schedule) => refreshes(schedule, group)));
}

/** Enough to see the longest pause of what comes monthly… */
const TICKS_LOOKED_AT = 24;
/** …and of what comes often, but not at night and on weekends. */
const SPAN_LOOKED_AT_MS = 8 * 86_400_000;

/** Those that are switched on. */
export function readCrons(section: ScheduleSection): ReadonlyMap<ScheduleName, Cron> {
  const { timezone } = section;
  return new Map(
    SCHEDULES.flatMap((name) => {
      const expression = section[name];
      return expression === null ? [] : [[name, { expression, timezone }] as const];
    }),
  );
}

/** The longest time that passes between two refreshes of the same data if all goes well, in milliseconds. */
export function longestPauseMs(schedules: ReadonlyMap<ScheduleName, Cron>): number {
  const pauses = Object.values(REFRESHED_BY).map((names) => {
    const crons = names.flatMap((name) => schedules.get(name) ?? []);
    return crons.length === 0 ? 0 : Math.min(...crons.map(longestPauseOf));
  });
  return Math.max(...pauses);
}

function longestPauseOf(cron: Cron): number {
  let longest = 0;
  let first: number | undefined;
  let previous: number | undefined;
  let looked = 0;
  for (const tick of ticksAfter(cron, 0)) {
    if (previous !== undefined) longest = Math.max(longest, tick - previous);
    previous = tick;
    first ??= tick;
    looked += 1;
    if (looked >= TICKS_LOOKED_AT && tick - first >= SPAN_LOOKED_AT_MS) break;
  }
  return longest;
}
