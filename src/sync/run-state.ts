import type { ConnectorError } from "../errors.ts";
import type { Logger } from "../logger.ts";
import type { Pinterest } from "../pinterest/client.ts";
import type { Resource } from "../resources/define.ts";
import type { Warehouse } from "../warehouse/database.ts";
import type { RunLocks } from "../warehouse/locks.ts";
import type { RunTrigger } from "../warehouse/runs.ts";
import { insertPlannedSlices } from "../warehouse/slices.ts";
import type { OnSyncEvent } from "./events.ts";
import type { Slice } from "./plan.ts";

/** What is asked for. Commands and the scheduler differ only in this. */
export interface SyncRequest {
  readonly trigger: RunTrigger;
  readonly resources: readonly Resource[];
  /** Undefined: every account the token sees. */
  readonly accountIds: readonly string[] | undefined;
  readonly acceptEmpty: boolean;
  readonly concurrency: number;
}

/** What a run works with. */
export interface SyncContext {
  readonly warehouse: Warehouse;
  readonly pinterest: Pinterest;
  readonly logger: Logger;
  readonly version: string;
  /** Aborted from outside: Ctrl-C, SIGTERM. */
  readonly signal: AbortSignal;
  readonly onEvent: OnSyncEvent;
}

export interface SliceFailure {
  readonly slice: Slice;
  readonly error: ConnectorError;
}

/** One run while it is under way. */
export interface Run extends SyncContext {
  readonly id: string;
  readonly request: SyncRequest;
  readonly locks: RunLocks;
  /** Aborted from outside or by `stop`. */
  readonly signal: AbortSignal;
  /** Ends the run from inside: nothing else in it can work. */
  readonly stop: AbortController;
  readonly failures: SliceFailure[];
  planned: number;
  succeeded: number;
  recordsRejected: number;
}

/** A slice with its number in the books. */
export interface PlannedSlice extends Slice {
  readonly id: number;
}

/** Writes slices down as planned before anything is asked for them. */
export async function planInBooks(run: Run, slices: readonly Slice[]): Promise<PlannedSlice[]> {
  const identities = slices.map((slice) => ({ ...slice, resource: slice.resource.name }));
  const ids = await insertPlannedSlices(run.warehouse, run.id, identities);
  run.planned += slices.length;
  run.onEvent({ kind: "planned", slices: run.planned });
  return slices.map((slice, index) => ({ ...slice, id: ids[index] ?? Number.NaN }));
}
