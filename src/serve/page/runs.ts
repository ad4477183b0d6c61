import { html } from "hono/html";
import { formatCount, plural } from "../../counting.ts";
import type { RunWithFailures } from "../../warehouse/status.ts";
import type { FailedSlice } from "../../warehouse/status-runs.ts";
import type { StatusDocument } from "../status/document.ts";
import { showRunStatus } from "./badge.ts";
import { describeCause, showCause } from "./cause.ts";
import { showNote, showSection } from "./section.ts";
import { type Cell, showTable } from "./table.ts";
import { formatSpan, type Markup, showMoment, speakName } from "./words.ts";

const right = (title: string) => ({ title, align: "right" as const });
const HEADINGS = [
  { title: "Started (UTC)" },
  { title: "Status" },
  { title: "For" },
  right("Slices"),
  right("Failed"),
  right("Rows"),
  right("Rejected"),
  right("API calls"),
  right("Took"),
];

/** The last runs, and what each of them did not load. */
export function showRuns({ runs }: StatusDocument): Markup {
  if (runs.length === 0) return showSection("runs", "Last runs", showNote("No run yet."));
  const table = showTable("The last runs, the newest first", HEADINGS, runs.map(showRun));
  const incomplete = runs.filter(({ failed_slices, error }) => failed_slices.length > 0 || error !== null);
  const failures = incomplete.map((run) => showFailures(run, run === runs[0]));
  return showSection(
    "runs",
    "Last runs",
    table,
    failures.length > 0 ? [html`<h3>Not loaded</h3>`, failures] : null,
  );
}

function showRun(run: RunWithFailures): Cell[] {
  const count = (value: number | null) => (value === null ? "" : formatCount(value));
  return [
    showMoment(run.started_at),
    showRunStatus(run.status),
    showCause(run),
    count(run.slices),
    count(run.slices_failed),
    count(run.rows_written),
    count(run.records_rejected),
    count(run.api_calls),
    formatSpan(run.duration_seconds),
  ];
}

/** Slices that failed for the same reason stand together: one account's trouble fails a dozen of them alike. */
function showFailures(run: RunWithFailures, open: boolean): Markup {
  const { failed_slices: slices, slices_failed } = run;
  const count = slices_failed ?? slices.length;
  const outcome = count > 0 ? `${plural(count, "slice")} not loaded` : run.status;
  const reasons = [...Map.groupBy(slices, ({ error, status }) => error ?? status)];
  const rest = slices.length > 0 && count > slices.length;
  return html`<details class="failures"${open ? html` open` : null}>
<summary>${showMoment(run.started_at)} ${describeCause(run)}: ${outcome}</summary>
${reasons.map(([reason, same]) => showReason(reason, same))}
${reasons.length === 0 ? showReason(run.error ?? "", []) : null}
${rest ? showNote(`The first ${slices.length} of ${formatCount(count)} slices.`) : null}
</details>`;
}

function showReason(reason: string, slices: readonly FailedSlice[]): Markup {
  return html`<p class="reason">${reason}</p>
<ul class="places">${slices.map((slice) => html`<li>${describePlace(slice)}</li>`)}</ul>`;
}

function describePlace({
  resource,
  ad_account_id,
  owner_user_id,
  window_from,
  window_to,
}: FailedSlice): string {
  const scope = owner_user_id ?? ad_account_id;
  const days = window_from && window_to ? `, ${window_from} to ${window_to}` : "";
  return `${speakName(resource)}${scope ? ` of ${scope}` : ""}${days}`;
}
