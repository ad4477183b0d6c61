import type { ConnectorError } from "../errors.ts";
import type { Drift } from "../warehouse/drift.ts";
import type { MergeCounts } from "../warehouse/merge.ts";
import type { SliceTally } from "../warehouse/slices.ts";
import type { Slice } from "./plan.ts";
import type { CallTotals } from "./trial-quota.ts";

/** What became of a slice that was loaded. */
export interface SliceResult {
  readonly tally: SliceTally;
  readonly merged: MergeCounts;
  readonly drift: Drift;
}

/** What a run tells whoever watches it. The engine does not know who that is. */
export type SyncEvent =
  | { readonly kind: "planned"; readonly slices: number }
  /** API calls that the whole plan will take at least; said once, before any of them. */
  | { readonly kind: "estimated"; readonly calls: CallTotals }
  /** Another run is at what this one needs; said once. Over when anything else is said. */
  | { readonly kind: "held_up"; readonly reason: string }
  | { readonly kind: "slice_started"; readonly slice: Slice }
  | { readonly kind: "records"; readonly count: number }
  | { readonly kind: "slice_finished"; readonly slice: Slice; readonly result: SliceResult }
  | { readonly kind: "slice_failed"; readonly slice: Slice; readonly error: ConnectorError };

export type OnSyncEvent = (event: SyncEvent) => void;
