import { readAccounts } from "../warehouse/accounts.ts";
import { planMetrics } from "./plan-metrics.ts";
import type { SyncContext, SyncRequest } from "./run-state.ts";

/** Stands for accounts that no run has listed yet: nothing of them can be loaded. */
const NEW_ACCOUNT = "";

/**
 * Plans a backfill by what the warehouse knows of the ad accounts, so that days that Pinterest no longer has are
 * refused before a run is begun. Throws `day_out_of_reach` or `usage` as `planBackfill` does; days out of reach that
 * earlier runs of the same backfill have loaded are no reason. A run that meets an account which is new to the
 * warehouse finds it out later.
 */
export async function checkReach(
  { warehouse, now }: Pick<SyncContext, "warehouse" | "now">,
  request: SyncRequest,
): Promise<void> {
  if (!request.backfill) return;
  const ids = request.accountIds ?? (await readAccounts(warehouse)).map(({ id }) => id);
  const accounts = new Map((ids.length > 0 ? ids : [NEW_ACCOUNT]).map((id) => [id, undefined]));
  const measured = request.resources.filter((resource) => resource.kind === "analytics");
  await planMetrics({ request, warehouse, now, accounts }, measured);
}
