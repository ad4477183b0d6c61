import { type KnownShutAccount, reopenAccount } from "../warehouse/shut-accounts.ts";
import { addDays, dayOf, earliestDay } from "../window.ts";
import { reachOf } from "./method.ts";
import { FIRST_LOAD_DAYS, SLICE_DAYS } from "./plan-analytics.ts";
import type { Run } from "./run-state.ts";

/**
 * Takes an ad account up again that was shut. Days of metrics that were missed are planned like any that were never
 * loaded; those that were read shortly before are read once more, for attribution went on restating them unseen.
 */
export async function reopen(run: Run, { adAccountId, since }: KnownShutAccount): Promise<void> {
  const { analytics: settings } = run.request;
  const today = dayOf(run.now());
  const reaches = run.resources
    .filter((resource) => resource.kind === "analytics")
    .map((resource) => earliestDay(reachOf(resource, settings), today));
  const first = settings.startDate ?? addDays(today, 1 - FIRST_LOAD_DAYS);
  // What no run would read again must not be forgotten.
  const from = [first, ...reaches].toSorted().at(-1) ?? first;
  await reopenAccount(run.warehouse, adAccountId, { from, today, settledAfterDays: SLICE_DAYS });
  run.logger.info(
    { run_id: run.id, ad_account_id: adAccountId, since: since.toISOString() },
    "ad account can be read again",
  );
}
