import type { Config } from "./config.ts";
import { type Cron, ticksAfter } from "./cron.ts";
import type { AlertFormat } from "./service-sections.ts";

/** What the scheduler refreshes on its own: lists of ads, catalogs, all metrics, the last days of metrics. */
export const SCHEDULES = ["entities", "catalogs", "analytics", "recent_analytics"] as const;
export type ScheduleName = (typeof SCHEDULES)[number];

/** How the connector runs as a service, every default filled in. */
export interface ServiceSettings {
  /** Those that are switched on. */
  readonly schedules: ReadonlyMap<ScheduleName, Cron>;
  /** Trailing days, today included, that `recent_analytics` reads again. */
  readonly recentDays: number;
  /** How old loaded data may become before something is wrong. */
  readonly maxStalenessMs: number;
  readonly webhook: { readonly url: string; readonly format: AlertFormat } | undefined;
  readonly runsDays: number;
  readonly rejectedDays: number;
}

const HOUR_MS = 3_600_000;
const STALENESS_MIN_MS = 24 * HOUR_MS;
/** A run may be late and long; two missed ones in a row are not normal. */
const PAUSES_TOLERATED = 2;
/** Enough to see the longest pause of what comes on weekdays or monthly. */
const TICKS_LOOKED_AT = 24;

/** The settings that follow from the configuration. */
export function readServiceSettings(config: Pick<Config, "file" | "webhookUrl">): ServiceSettings {
  const { schedule, health, alerts, retention } = config.file;
  const { timezone, recent_days } = schedule;
  const schedules = new Map(
    SCHEDULES.flatMap((name) => {
      const expression = schedule[name];
      return expression === null ? [] : [[name, { expression, timezone }] as const];
    }),
  );
  const url = config.webhookUrl ?? alerts.webhook_url;
  return {
    schedules,
    recentDays: recent_days,
    maxStalenessMs:
      health.max_staleness ?? Math.max(STALENESS_MIN_MS, PAUSES_TOLERATED * longestPauseMs(schedules)),
    webhook: url === undefined ? undefined : { url, format: alerts.format },
    runsDays: retention.runs_days,
    rejectedDays: retention.rejected_days,
  };
}

/** The longest time that passes between two refreshes of the same data, if all goes well. */
export function longestPauseMs(schedules: ServiceSettings["schedules"]): number {
  const groups: ScheduleName[][] = [["entities"], ["catalogs"], ["analytics", "recent_analytics"]];
  const pauses = groups.map((names) => {
    const crons = names.flatMap((name) => schedules.get(name) ?? []);
    // Whichever comes more often keeps the data fresh.
    return crons.length === 0 ? 0 : Math.min(...crons.map(longestPauseOf));
  });
  return Math.max(...pauses);
}

function longestPauseOf(cron: Cron): number {
  let longest = 0;
  let previous: number | undefined;
  let looked = 0;
  for (const tick of ticksAfter(cron, 0)) {
    if (previous !== undefined) longest = Math.max(longest, tick - previous);
    previous = tick;
    looked += 1;
    if (looked === TICKS_LOOKED_AT) break;
  }
  return longest;
}
