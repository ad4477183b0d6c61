import type { AnalyticsResource } from "../resources/define.ts";
import { recomputeReconciliation } from "../warehouse/reconciliation.ts";
import { spanOf } from "../window.ts";
import { hydrateEntities } from "./hydrate.ts";
import type { AnalyticsSlice } from "./plan-analytics.ts";
import type { Run } from "./run-state.ts";

/** Account totals and sums of entities may differ by so much before it is worth a warning, in percent. */
export const TOLERANCE_PERCENT = 0.5;

/**
 * What comes after the metrics of a run are loaded: entities that no list held, and whether the levels add up. Of a
 * backfill all its days are looked at, for runs that were killed may have loaded some of them and never come this far.
 */
export async function finishMetrics(
  run: Run,
  measured: readonly AnalyticsResource[],
  slices: readonly AnalyticsSlice[],
): Promise<void> {
  if (run.signal.aborted) return;
  const windows = run.request.backfill ? [run.request.backfill.window] : slices.map(({ window }) => window);
  const span = spanOf(windows);
  if (!span) return;
  await hydrateEntities(run, measured, span);
  const { differing } = await recomputeReconciliation(run.warehouse, run.resources, {
    ...span,
    tolerancePercent: TOLERANCE_PERCENT,
    runId: run.id,
    adAccountIds: [...run.accounts.keys()],
  });
  if (differing.length > 0)
    run.logger.warn({ ...span, differing: differing.length }, "levels do not add up to the account total");
}
