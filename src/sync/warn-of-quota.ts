import { dayOf } from "../window.ts";
import { estimateSlices } from "./estimate.ts";
import type { Slice } from "./plan.ts";
import type { Run } from "./run-state.ts";
import { findTrialExcess, sumCalls } from "./trial-quota.ts";

/**
 * Says before the work begins that it takes more API calls than a day of trial access allows. Which access an app
 * has is not known beforehand, so this is a warning and never a refusal.
 */
export async function warnOfQuota(run: Run, slices: readonly Slice[]): Promise<void> {
  const context = {
    warehouse: run.warehouse,
    settings: run.request.analytics,
    today: dayOf(run.now()),
  };
  const estimates = await estimateSlices(context, slices);
  const calls = sumCalls(
    estimates.map((estimate) => ({ ...estimate.slice.resource, calls: estimate.calls })),
  );
  run.onEvent({ kind: "estimated", calls });
  const excess = findTrialExcess(calls);
  if (!excess) return;
  run.logger.warn(
    {
      api_calls: excess.calls,
      ...Object.fromEntries(calls),
      trial_days: excess.trialDays,
      standard_minutes: excess.standardMinutes,
    },
    "plan exceeds a day of trial access",
  );
}
