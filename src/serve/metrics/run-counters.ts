import { Counter, Histogram, type Registry } from "prom-client";
import type { OnSyncEvent, SliceResult } from "../../sync/events.ts";
import { statusOf } from "../../sync/load-slice.ts";
import type { RunStatus, RunTrigger } from "../../warehouse/runs.ts";
import { PREFIX } from "./prefix.ts";

/** To be told of the runs of this process. */
export interface RunHooks {
  readonly onEvent: OnSyncEvent;
  /** A run that has ended, `durationMs` after it began; one that could not even be recorded is `failed`. */
  onRun(report: { readonly status: RunStatus }, trigger: RunTrigger, durationMs: number): void;
}

/** Seconds: from a run that changes nothing to one that waits for trial access. */
const RUN_BUCKETS = [10, 30, 60, 300, 900, 1800, 3600, 7200, 14_400, 28_800];
/** How scheduled runs end. */
const ENDS = ["succeeded", "partial", "failed", "interrupted"] as const;
/** What can become of a row. */
const OPERATIONS = ["inserted", "updated", "deleted", "unchanged"] as const;

/** Counts what the runs of this process tell. */
export function countRuns(registry: Registry): RunHooks {
  const registers = [registry];
  const runs = new Counter({
    name: `${PREFIX}runs_total`,
    help: "Runs of this process that have ended, by what started them and how they ended.",
    labelNames: ["trigger", "status"],
    registers,
  });
  const durations = new Histogram({
    name: `${PREFIX}run_duration_seconds`,
    help: "How long the runs of this process took.",
    labelNames: ["trigger"],
    buckets: RUN_BUCKETS,
    registers,
  });
  const slices = new Counter({
    name: `${PREFIX}slices_total`,
    help: "Slices that have ended, by how; those that a stopped run did not begin are not counted.",
    labelNames: ["resource", "status"],
    registers,
  });
  const rows = new Counter({
    name: `${PREFIX}rows_total`,
    help: "Rows of slices that were loaded, by what became of them.",
    labelNames: ["resource", "operation"],
    registers,
  });
  const rejected = new Counter({
    name: `${PREFIX}records_rejected_total`,
    help: "Records that could not be loaded, each time they came.",
    labelNames: ["resource"],
    registers,
  });

  // A rise from nothing is none to Prometheus: the first failure would not be seen.
  for (const status of ENDS) runs.inc({ trigger: "schedule", status }, 0);

  function countLoaded(resource: string, { merged, tally }: SliceResult): void {
    for (const operation of OPERATIONS) rows.inc({ resource, operation }, merged[operation]);
    rejected.inc({ resource }, tally.recordsRejected);
  }

  return {
    onEvent(event) {
      if (event.kind !== "slice_finished" && event.kind !== "slice_failed") return;
      const resource = event.slice.resource.name;
      const status = event.kind === "slice_finished" ? "succeeded" : statusOf(event.error);
      slices.inc({ resource, status });
      if (event.kind === "slice_finished") countLoaded(resource, event.result);
    },
    onRun({ status }, trigger, durationMs) {
      runs.inc({ trigger, status });
      durations.observe({ trigger }, durationMs / 1000);
    },
  };
}
