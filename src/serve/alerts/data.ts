import { plural } from "../../counting.ts";
import type { SettledDifference } from "../../warehouse/settled-differences.ts";
import type { ShutAccount } from "../../warehouse/status-accounts.ts";
import type { DriftRow } from "../../warehouse/status-records.ts";
import type { Condition } from "./condition.ts";
import { flatten, nameAccount, nameMoment } from "./plain-text.ts";

/** The key of the alerts is an index, which takes no longer one. */
const SUBJECT_MAX = 500;
const REASON_MAX = 400;

export function describeDifferences(rows: readonly SettledDifference[]): Condition[] {
  return rows.map(({ ad_account_id, name, differing, first_day, last_day, metrics, levels }) => ({
    kind: "not_reconciled",
    subject: flatten(ad_account_id, SUBJECT_MAX),
    summary: `The metrics of ad account ${nameAccount(ad_account_id, name)} do not add up to its total: ${plural(differing, "sum")} from ${first_day} to ${last_day}.`,
    details: `${metrics.join(", ")}; at the level of ${levels.join(", ")}.`,
    nextStep: `Load the days again: \`pinterest-ads backfill --from ${first_day} --to ${last_day} --account ${ad_account_id} --restart\`. If they still differ, compare with Ads Manager; pinterest_ads_reconciliation has each sum.`,
  }));
}

export function describeDrift(rows: readonly DriftRow[]): Condition[] {
  return rows.map(({ resource, field, json_type, first_seen_at }) => ({
    kind: "schema_drift",
    subject: flatten(`${resource}.${field}`, SUBJECT_MAX),
    summary: `Pinterest sends a field of ${resource} that this version does not know: ${flatten(field, SUBJECT_MAX)} (${json_type}).`,
    details: `Seen since ${nameMoment(first_seen_at)}.`,
    nextStep:
      "Nothing is lost: its values are kept in the column _extra. See whether a newer version has a column for it. To end the alert, delete the row from pinterest_ads_schema_drift; it comes back if an unknown field does.",
  }));
}

/** `accountIds` undefined: every ad account is copied. */
export function describeShut(
  rows: readonly ShutAccount[],
  accountIds: readonly string[] | undefined,
): Condition[] {
  return rows
    .filter(({ ad_account_id }) => !accountIds || accountIds.includes(ad_account_id))
    .map(({ ad_account_id, name, reason, error_code, since }) => ({
      kind: "account_shut",
      subject: flatten(ad_account_id, SUBJECT_MAX),
      summary: `Pinterest does not let ad account ${nameAccount(ad_account_id, name)} be read since ${nameMoment(since)}; it is left out.`,
      details: [error_code, flatten(reason ?? "", REASON_MAX)].filter(Boolean).join(": "),
      nextStep:
        "See in Ads Manager whether it is suspended, and in Business Manager whether the token's user still has a role on it. Each run asks once; when Pinterest answers, what was missed is loaded. To leave it out for good, list the others in PINTEREST_AD_ACCOUNT_IDS.",
    }));
}
