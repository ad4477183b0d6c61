import type { AnalyticsSection } from "./analytics-section.ts";
import type { AnalyticsSettings } from "./resources/analytics-settings.ts";
import { type Attribution, DEFAULT_ATTRIBUTION, longestWindow } from "./resources/attribution.ts";
import { CORE_METRICS, metrics } from "./resources/metrics.ts";

/** The part of the configuration file that is read here. */
interface AnalyticsConfig {
  readonly analytics: AnalyticsSection;
}

/** Days that Pinterest itself may take to complete a day, beside the attribution windows. */
const SETTLING_DAYS = 3;
const MINUTE_MS = 60_000;

/** The settings that follow from the configuration, every default filled in. */
export function readAnalyticsSettings({ analytics }: AnalyticsConfig): AnalyticsSettings {
  const [first = DEFAULT_ATTRIBUTION, ...others] = analytics.attribution.map(toAttribution);
  const longest = Math.max(...[first, ...others].map(longestWindow));
  return {
    startDate: analytics.start_date,
    lookbackDays: analytics.lookback_days ?? longest + SETTLING_DAYS,
    metrics: [...new Set(analytics.metrics.flatMap(resolveMetrics))],
    targetingTypes: [...new Set(analytics.targeting_types)],
    method: analytics.method,
    attributions: [first, ...others],
    reportTimeoutMs: analytics.report_timeout_minutes * MINUTE_MS,
  };
}

/** Names of the resources whose levels are chosen. */
export function chosenAnalytics({ analytics }: AnalyticsConfig): readonly string[] {
  return analytics.levels.map((level) => `${level}_analytics`);
}

function resolveMetrics(name: string): readonly string[] {
  if (name === "core") return CORE_METRICS;
  return name === "all" ? [...metrics.keys()] : [name];
}

function toAttribution({ report_time, ...windows }: AnalyticsSection["attribution"][number]): Attribution {
  return { ...windows, reportTime: report_time };
}
