import { html } from "hono/html";
import type { StatusDocument } from "../status-document.ts";
import { showBadge, showRunStatus } from "./badge.ts";
import { showTable } from "./table.ts";
import { formatSpan, type Markup, showDistance, showMoment, speakName } from "./words.ts";

const HEADINGS = ["Schedule", "When", "Next (UTC)", "Last run"].map((title) => ({ title }));

/** What comes when, and which process sees to it. */
export function showSchedules({ schedules, scheduler, read_at }: StatusDocument): Markup {
  const rows = schedules.map(({ schedule, expression, timezone, due, next_at, last_run }) => [
    speakName(schedule),
    html`<code>${expression}</code> ${timezone}`,
    html`${due && scheduler ? html`${showBadge("due now", "wait")} ` : null}${next_at ? html`${showMoment(next_at)}, ${showDistance(next_at, read_at)}` : "never"}`,
    last_run ? html`${showRunStatus(last_run.status)} ${showMoment(last_run.started_at)}` : "none yet",
  ]);
  return html`<section aria-labelledby="schedules"><h2 id="schedules">Schedules</h2>
${rows.length > 0 ? showTable("Schedules", HEADINGS, rows) : html`<p class="muted">Every schedule is switched off.</p>`}
${
  scheduler
    ? html`<p class="muted">Process ${scheduler.pid} on ${scheduler.host}, version ${scheduler.version}, runs the schedule since ${showMoment(scheduler.started_at)}; last seen ${formatSpan(scheduler.silent_seconds)} ago.</p>`
    : html`<p class="muted">No process ever ran the schedule. Start one with: <code>pinterest-ads schedule</code></p>`
}</section>`;
}
