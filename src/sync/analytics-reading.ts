import type { SliceTally } from "../warehouse/slices.ts";
import type { Intake } from "./intake.ts";
import type { AnalyticsSlice } from "./plan-analytics.ts";
import type { Planned, Run } from "./run-state.ts";

/** What is asked for a slice of metrics, whichever way, and where its rows go. */
export interface AnalyticsReading {
  readonly run: Run;
  readonly slice: Planned<AnalyticsSlice>;
  /** Columns to ask for, as Pinterest names them. */
  readonly columns: readonly string[];
  readonly given: Readonly<Record<string, string>>;
  readonly intake: Intake;
  readonly tally: SliceTally;
}
