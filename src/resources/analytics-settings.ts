import type { Attribution } from "./attribution.ts";

/** What the configuration says about analytics, with every default filled in. */
export interface AnalyticsSettings {
  /** First day of a first load, `YYYY-MM-DD`; undefined: 90 days back. */
  readonly startDate: string | undefined;
  /** Trailing days, today included, that every run reads again. */
  readonly lookbackDays: number;
  /** Names of Pinterest's columns, none twice. */
  readonly metrics: readonly string[];
  readonly targetingTypes: readonly string[];
  readonly method: "auto" | "sync" | "report";
  /** At least one; the first is the default that views show. */
  readonly attributions: readonly [Attribution, ...Attribution[]];
  /** How long one report may take until its slice gives up. */
  readonly reportTimeoutMs: number;
}
