import { recomputeReconciliation } from "../warehouse/reconciliation.ts";
import { markChecked, readUnchecked, type UncheckedMetrics } from "../warehouse/unchecked.ts";
import { spanOf } from "../window.ts";
import { hydrateEntities } from "./hydrate.ts";
import type { Run } from "./run-state.ts";

/** Account totals and sums of entities may differ by so much before it is worth a warning, in percent. */
export const TOLERANCE_PERCENT = 0.5;

/**
 * What comes after the metrics of a run are loaded: entities that no list held, and whether the levels add up.
 * What earlier runs have loaded and not come to check, because they were killed or failed, is made up for.
 */
export async function finishMetrics(run: Run): Promise<void> {
  if (run.signal.aborted) return;
  // Entities of a shut account cannot be asked for; that is made up for when it is open again.
  const adAccountIds = [...run.accounts.keys()].filter((id) => !run.shut.has(id));
  const unchecked = await readUnchecked(run.warehouse, adAccountIds);
  const checked: UncheckedMetrics[] = [];
  for (const metrics of unchecked) if (await checkEntities(run, metrics)) checked.push(metrics);
  // A backfill that had nothing left to load still says whether its days add up.
  const { backfill } = run.request;
  const span = spanOf([...unchecked.map(({ window }) => window), ...(backfill ? [backfill.window] : [])]);
  if (!span || run.signal.aborted) return;
  const { differing } = await recomputeReconciliation(run.warehouse, run.resources, {
    ...span,
    tolerancePercent: TOLERANCE_PERCENT,
    runId: run.id,
    adAccountIds,
  });
  if (differing.length > 0)
    run.logger.warn({ ...span, differing: differing.length }, "levels do not add up to the account total");
  for (const metrics of checked) await markChecked(run.warehouse, metrics);
}

/** True when every entity of the metrics has a row; metrics that this version does not know have none to check. */
async function checkEntities(
  run: Run,
  { resource, adAccountId, window }: UncheckedMetrics,
): Promise<boolean> {
  const analytics = run.resources.find(({ name }) => name === resource);
  return analytics?.kind !== "analytics" || hydrateEntities(run, analytics, adAccountId, window);
}
