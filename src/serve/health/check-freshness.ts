import { describeSpan } from "../../span.ts";
import type { FreshnessRow } from "../../warehouse/freshness.ts";
import { type Check, fail, pass } from "./check.ts";
import type { Books } from "./observe.ts";

/** Whether everything that is to be copied was loaded within `maxStalenessMs`; of what was not, the worst is named. */
export function checkFreshness(
  { freshness: rows, lacksAccounts }: Pick<Books, "freshness" | "lacksAccounts">,
  maxStalenessMs: number,
): Check {
  const limit = describeSpan(maxStalenessMs / 1000);
  const stale = rows.filter((row) => ageOf(row) > maxStalenessMs).toSorted((a, b) => ageOf(b) - ageOf(a));
  const [worst] = stale;
  if (!worst && lacksAccounts)
    return fail("freshness", "there is no ad account to copy: the token sees none, or Pinterest shut all");
  if (!worst) return pass("freshness", `nothing is older than ${limit}`);
  const place = worst.scope_id === "*" ? worst.resource : `${worst.resource} of ${worst.scope_id}`;
  const age = worst.age_seconds === null ? "was never loaded" : `is ${describeSpan(ageOf(worst) / 1000)} old`;
  const others = stale.length > 1 ? ` (${stale.length} of ${rows.length} are too old or missing)` : "";
  return fail("freshness", `${place} ${age}${others}; the limit is ${limit}`);
}

/** Milliseconds; what was never loaded is older than everything. */
function ageOf({ age_seconds }: FreshnessRow): number {
  return age_seconds === null ? Number.POSITIVE_INFINITY : age_seconds * 1000;
}
