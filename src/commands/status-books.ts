import { formatCount, plural } from "../counting.ts";
import type { StatusDocument } from "../serve/status/document.ts";
import { describeSpan } from "../span.ts";
import type { FailedSlice } from "../warehouse/status-runs.ts";
import type { Window } from "../window.ts";
import { renderDifferences } from "./differences.ts";
import { describePlace, renderFailures } from "./failures.ts";
import { formatDuration, formatMoment } from "./format.ts";
import { renderTable } from "./table.ts";

/** More is in --json. */
const RUNS_SHOWN = 10;

export function renderRuns({ runs }: StatusDocument): string | undefined {
  if (runs.length === 0) return undefined;
  const columns = ["started", "by", "status", "slices", "failed", "rows", "took"].map((title) => ({ title }));
  const rows = runs
    .slice(0, RUNS_SHOWN)
    .map((run) => [
      formatMoment(run.started_at),
      run.trigger,
      run.error_code && run.error_code !== run.status ? `${run.status} (${run.error_code})` : run.status,
      formatCount(run.slices ?? 0),
      formatCount(run.slices_failed ?? 0),
      formatCount(run.rows_written ?? 0),
      run.finished_at ? formatDuration(run.duration_seconds * 1000) : "",
    ]);
  return renderTable(columns, rows);
}

/** A line per resource: the stalest account is what matters. */
export function renderFreshness({ freshness, runs }: StatusDocument): string | undefined {
  if (runs.length === 0) return undefined;
  const wanted = freshness.filter(({ state }) => state !== "not_wanted");
  if (wanted.length === 0) return undefined;
  const rows = [...Map.groupBy(wanted, ({ resource }) => resource)].map(([resource, places]) => {
    const ages = places.flatMap(({ age_seconds }) => age_seconds ?? []);
    const count = (state: string) => places.filter((place) => place.state === state).length;
    return [
      resource,
      ages.length > 0 ? describeSpan(Math.max(...ages)) : "never",
      formatCount(places.length),
      formatCount(count("stale")),
      formatCount(count("never_loaded")),
    ];
  });
  const right = (title: string) => ({ title, align: "right" as const });
  return renderTable(
    [
      { title: "resource" },
      { title: "oldest" },
      right("accounts or owners"),
      right("too old"),
      right("never"),
    ],
    rows,
  );
}

export function renderNotLoaded({ failed_slices }: StatusDocument): string | undefined {
  if (failed_slices.length === 0) return undefined;
  const failures = failed_slices.map((slice) => ({
    where: describePlace(slice.resource, slice.owner_user_id ?? slice.ad_account_id, windowOf(slice)),
    why: slice.error ?? slice.status,
  }));
  return renderFailures(failures).join("\n");
}

function windowOf({ window_from, window_to }: FailedSlice): Window | undefined {
  return window_from !== null && window_to !== null ? { from: window_from, to: window_to } : undefined;
}

export function renderReconciliation({ coverage, reconciliation }: StatusDocument): string | undefined {
  const { compared, differing, worst } = reconciliation;
  if (coverage.length === 0) return undefined;
  if (compared === 0) return "Nothing could be compared: it takes ad_account_analytics and a level below it.";
  if (differing === 0) return "No sum that was compared differs.";
  return `${renderDifferences(worst)}\n${plural(differing, "sum")} beyond the tolerance. All of some days: pinterest-ads reconcile --from DAY --to DAY`;
}

export function renderRejected({ rejected }: StatusDocument): string | undefined {
  if (rejected.length === 0) return undefined;
  const rows = rejected.map((group) => [group.resource, formatCount(group.records), group.reason]);
  return renderTable([{ title: "resource" }, { title: "records", align: "right" }, { title: "why" }], rows);
}

export function renderDrift({ drift }: StatusDocument): string | undefined {
  if (drift.length === 0) return undefined;
  const rows = drift.map((row) => [row.resource, row.field, row.json_type, formatMoment(row.first_seen_at)]);
  return renderTable(
    ["resource", "field", "type", "first seen"].map((title) => ({ title })),
    rows,
  );
}

const DAY_SECONDS = 86_400;

export function renderToken({ token, uses_stored_token }: StatusDocument): string | undefined {
  if (!uses_stored_token) return "PINTEREST_ACCESS_TOKEN is used. Nothing renews it; it ends after 30 days.";
  if (!token)
    return "None is stored yet. Log in with: pinterest-ads auth login\nOne that is configured is stored when it is first refreshed.";
  if (token.state === "refused")
    return `Refused by Pinterest${token.refused_at ? ` on ${formatMoment(token.refused_at)}` : ""}. Authorise the app again: pinterest-ads auth login`;
  if (token.state === "unused")
    return "Another one is configured than is stored. It is used from the next refresh on.";
  if (token.state === "dead")
    return "The refresh token has ended. Authorise the app again: pinterest-ads auth login";
  const left = (seconds: number | null) =>
    seconds === null ? "unknown" : `${plural(Math.max(0, Math.floor(seconds / DAY_SECONDS)), "day")} left`;
  return `Access token: ${left(token.access_token_seconds_left)}. Refresh token: ${left(token.refresh_token_seconds_left)}; each refresh renews it.`;
}
