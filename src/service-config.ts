import type { Config } from "./config.ts";
import type { Cron } from "./cron.ts";
import { longestPauseMs, readCrons, type ScheduleName } from "./schedules.ts";
import type { AlertFormat } from "./service-sections.ts";

/** How the connector runs as a service, every default filled in. */
export interface ServiceSettings {
  /** Those that are switched on. */
  readonly schedules: ReadonlyMap<ScheduleName, Cron>;
  /** Trailing days, today included, that `recent_analytics` reads again. */
  readonly recentDays: number;
  /** How old loaded data may become before something is wrong. */
  readonly maxStalenessMs: number;
  readonly webhook: { readonly url: string; readonly format: AlertFormat } | undefined;
  /** At least as long as the books are read back. */
  readonly runsDays: number;
  readonly rejectedDays: number;
}

const STALENESS_MIN_MS = 24 * 3_600_000;
/** A run may be late and long; two missed ones in a row are not normal. */
const PAUSES_TOLERATED = 2;
/** How many times the allowed age the books are read back for what was tried and never loaded; see `readLongTried`. */
const LOOKED_BACK = 2;
const DAY_MS = 86_400_000;

/** The settings that follow from the configuration. */
export function readServiceSettings(config: Pick<Config, "file" | "webhookUrl">): ServiceSettings {
  const { schedule, health, alerts, retention } = config.file;
  const schedules = readCrons(schedule);
  const url = config.webhookUrl ?? alerts.webhook_url;
  const maxStalenessMs =
    health.max_staleness ?? Math.max(STALENESS_MIN_MS, PAUSES_TOLERATED * longestPauseMs(schedules));
  return {
    schedules,
    recentDays: schedule.recent_days,
    maxStalenessMs,
    webhook: url === undefined ? undefined : { url, format: alerts.format },
    runsDays: Math.max(retention.runs_days, Math.ceil((LOOKED_BACK * maxStalenessMs) / DAY_MS)),
    rejectedDays: retention.rejected_days,
  };
}
