import { html } from "hono/html";
import type { StatusDocument } from "../status/document.ts";
import type { SchedulerStatus, ScheduleStatus } from "../status/schedules.ts";
import { showBadge, showRunStatus } from "./badge.ts";
import { type Part, showNote, showSection } from "./section.ts";
import { type Cell, showTable } from "./table.ts";
import { formatSpan, type Markup, showDistance, showMoment, speakName } from "./words.ts";

const HEADINGS = ["Schedule", "When", "Next (UTC)", "Last run"].map((title) => ({ title }));

/** What comes when, and which process sees to it. */
export function showSchedules({ schedules, scheduler, read_at }: StatusDocument): Markup {
  const rows = schedules.map((schedule) => showSchedule(schedule, scheduler !== null, read_at));
  const table =
    rows.length > 0 ? showTable("Schedules", HEADINGS, rows) : showNote("Every schedule is switched off.");
  return showSection("schedules", "Schedules", table, showNote(describeScheduler(scheduler)));
}

/** Without a process that ever ran it, everything would be due. */
function showSchedule(status: ScheduleStatus, isRun: boolean, now: Date): Cell[] {
  const { schedule, expression, timezone, running, due, next_at, last_run } = status;
  const dueNow = due && isRun ? showBadge("due now", "wait") : null;
  const next = next_at ? html`${showMoment(next_at)}, ${showDistance(next_at, now)}` : "never";
  return [
    speakName(schedule),
    html`<code class="whole">${expression}</code> ${timezone}`,
    html`${running ? showBadge("running", "plain") : dueNow} ${next}`,
    last_run ? html`${showRunStatus(last_run.status)} ${showMoment(last_run.started_at)}` : "none yet",
  ];
}

function describeScheduler(scheduler: SchedulerStatus | null): Part {
  if (!scheduler)
    return html`No process ever ran the schedule. Start one with: <code>pinterest-ads schedule</code>`;
  const { pid, host, version, started_at, silent_seconds, waits_for } = scheduler;
  const waits = waits_for === null ? "" : `It waits: ${waits_for}`;
  return html`Process ${pid} on ${host}, version ${version}, runs the schedule since ${showMoment(started_at)};
last seen ${formatSpan(silent_seconds)} ago. ${waits}`;
}
