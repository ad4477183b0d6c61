import type { ConnectorError } from "../errors.ts";
import type { Logger } from "../logger.ts";
import type { Pinterest } from "../pinterest/client.ts";
import type { AnalyticsSettings } from "../resources/analytics-settings.ts";
import { nameAttribution } from "../resources/attribution.ts";
import type { Resource } from "../resources/define.ts";
import type { Account } from "../warehouse/accounts.ts";
import type { Warehouse } from "../warehouse/database.ts";
import type { RunLocks } from "../warehouse/locks.ts";
import type { RunTrigger } from "../warehouse/runs.ts";
import { insertPlannedSlices } from "../warehouse/slices.ts";
import type { Window } from "../window.ts";
import type { OnSyncEvent } from "./events.ts";
import { isAnalytics, type Slice } from "./plan.ts";

/** What is asked for. Commands and the scheduler differ only in this. */
export interface SyncRequest {
  readonly trigger: RunTrigger;
  readonly resources: readonly Resource[];
  /** Undefined: every account the token sees. */
  readonly accountIds: readonly string[] | undefined;
  readonly acceptEmpty: boolean;
  readonly concurrency: number;
  readonly analytics: AnalyticsSettings;
  /** Load these days of metrics instead of the lists and the lookback. */
  readonly backfill?: BackfillRequest;
  /** Names of the schedules that made it due, for the books. */
  readonly schedules?: readonly string[];
  /** A person watches it in a terminal: who stops it there needs no alert, for the books. */
  readonly attended?: boolean;
}

export interface BackfillRequest {
  readonly window: Window;
  readonly order: "newest" | "oldest";
  /** Forget what earlier runs of the same backfill have loaded. */
  readonly restart: boolean;
}

/** What a run works with. */
export interface SyncContext {
  /** All that this configuration copies, with the metrics it chose; tables must fit them. */
  readonly resources: readonly Resource[];
  /** Epoch milliseconds; decides which day it is. */
  readonly now: () => number;
  readonly warehouse: Warehouse;
  readonly pinterest: Pinterest;
  readonly logger: Logger;
  readonly version: string;
  /** Aborted from outside: Ctrl-C, SIGTERM. */
  readonly signal: AbortSignal;
  readonly onEvent: OnSyncEvent;
  /** A lock connection that is open already; without it the run opens one of its own. */
  readonly locks?: RunLocks;
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
  /** The ad accounts that are copied, by id. */
  readonly accounts: Map<string, Account>;
  /** Why an ad account is left out, as its slices report it, by its id. */
  readonly shut: Map<string, ConnectorError>;
  /** Settled once it is known whether a refusal holds for the whole ad account, by its id. */
  readonly doubts: Map<string, Promise<void>>;
  /** Accounts that may not create reports. */
  readonly withoutReports: Set<string>;
  /** Of metrics: those that this run reads, and those that earlier backfills have loaded and it leaves out. */
  windows: { readonly planned: number; readonly loadedBefore: number };
  planned: number;
  succeeded: number;
  recordsRejected: number;
}

/** A slice with its number in the books. */
export type Planned<S extends Slice> = S & { readonly id: number };
export type PlannedSlice = Planned<Slice>;

/** Writes slices down as planned before anything is asked for them. */
export async function planInBooks<S extends Slice>(run: Run, slices: readonly S[]): Promise<Planned<S>[]> {
  const identities = slices.map((slice) => ({
    resource: slice.resource.name,
    adAccountId: slice.adAccountId,
    ownerUserId: slice.ownerUserId,
    ...(isAnalytics(slice) && { window: slice.window, attribution: nameAttribution(slice.attribution) }),
  }));
  const ids = await insertPlannedSlices(run.warehouse, run.id, identities);
  run.planned += slices.length;
  run.onEvent({ kind: "planned", slices: run.planned });
  return slices.map((slice, index) => ({ ...slice, id: ids[index] ?? Number.NaN }));
}
