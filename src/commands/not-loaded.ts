import { plural } from "../counting.ts";
import { mayConcernAccount } from "../pinterest/permission.ts";
import { isAnalytics, scopeId } from "../sync/plan.ts";
import type { SliceFailure } from "../sync/run-state.ts";
import { describePlace, type FailureLine } from "./failures.ts";

/** What a run did not load, and why. All that was left out for the same shut ad account is one line. */
export function listNotLoaded(failures: readonly SliceFailure[]): FailureLine[] {
  const skipped = Map.groupBy(
    failures.filter(({ error }) => error.code === "account_shut"),
    ({ error }) => error,
  );
  const shut = new Set([...skipped.keys()].map(({ details }) => details.shut_ad_account_id));
  return failures.flatMap((failure) => {
    const { slice, error } = failure;
    const left = skipped.get(error);
    if (left) {
      if (left[0] !== failure) return [];
      return [
        describe(`${plural(left.length, "slice")} of ad account ${error.details.shut_ad_account_id}`, error),
      ];
    }
    // The question by which it was found out says the same again.
    if (slice.resource.scope === "token" && shut.has(slice.adAccountId) && mayConcernAccount(error))
      return [];
    const window = isAnalytics(slice) ? slice.window : undefined;
    return [describe(describePlace(slice.resource.name, scopeId(slice), window), error)];
  });
}

function describe(where: string, { message, nextStep }: SliceFailure["error"]): FailureLine {
  return { where, why: [message, nextStep].filter(Boolean).join("\n") };
}
