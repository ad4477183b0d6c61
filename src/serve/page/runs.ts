import { html } from "hono/html";
import type { RunWithFailures } from "../../warehouse/status.ts";
import type { FailedSlice } from "../../warehouse/status-runs.ts";
import type { StatusDocument } from "../status-document.ts";
import { showRunStatus } from "./badge.ts";
import { describeCause, showCause } from "./facts.ts";
import { showTable } from "./table.ts";
import { formatCount, formatSpan, type Markup, plural, showMoment, speakName } from "./words.ts";

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
  const incomplete = runs.filter(({ failed_slices, error }) => failed_slices.length > 0 || error !== null);
  return html`<section aria-labelledby="runs"><h2 id="runs">Last runs</h2>
${runs.length === 0 ? html`<p class="muted">No run yet.</p>` : showTable("The last runs, the newest first", HEADINGS, runs.map(showRun))}
${incomplete.length > 0 ? html`<h3>Not loaded</h3>${incomplete.map((run) => showFailures(run, run === runs[0]))}` : null}</section>`;
}

function showRun(run: RunWithFailures) {
  const count = (value: number | null) => (value === null ? "" : formatCount(value));
  return [
    showMoment(run.started_at),
    showRunStatus(run.status),
    showCause(run.trigger, run.schedules),
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
  const byReason = [...Map.groupBy(run.failed_slices, ({ error, status }) => error ?? status)];
  const count = run.slices_failed ?? run.failed_slices.length;
  return html`<details class="failures"${open ? html` open` : null}><summary>${showMoment(run.started_at)} ${describeCause(run.trigger, run.schedules)}: ${count > 0 ? `${plural(count, "slice")} not loaded` : run.status}</summary>
${byReason.length === 0 ? html`<p class="reason">${run.error}</p>` : null}
${byReason.map(([reason, slices]) => html`<p class="reason">${reason}</p><ul class="places">${slices.map((slice) => html`<li>${describePlace(slice)}</li>`)}</ul>`)}
${count > run.failed_slices.length && run.failed_slices.length > 0 ? html`<p class="muted">The first ${run.failed_slices.length} of ${formatCount(count)} slices.</p>` : null}</details>`;
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
