import { plural } from "../counting.ts";
import type { StatusDocument } from "../serve/status/document.ts";
import { findSharedStep, type Matter, type Point } from "../serve/status/matters.ts";
import type { ScheduleStatus } from "../serve/status/schedules.ts";
import { describeSpan } from "../span.ts";
import { formatMoment } from "./format.ts";
import { renderTable } from "./table.ts";
import { TERMINAL_WIDTH, wrap } from "./wrap.ts";

const MATTER_INDENT = 4;
const CAUSE_INDENT = 2;
const MATTER_WIDTH = TERMINAL_WIDTH - MATTER_INDENT;
/** So many subjects tell what kind of thing it is; --json has them all. */
const POINTS_SHOWN = 3;

/** Whether anybody has to do anything, what, and why as far as it is known. */
export function renderVerdict({ verdict }: StatusDocument): string {
  const { level, headline, matters, notes } = verdict;
  const lines = notes.length > 0 ? ["Good to know, and can wait:", ...notes.map(renderMatter)] : [];
  const start = level === "empty" ? ["Load everything once with: pinterest-ads sync"] : [];
  return [`${headline}.`, ...start, ...matters.map(renderMatter), ...lines].join("\n");
}

function renderMatter({ kind, points }: Matter): string {
  const shared = findSharedStep(points);
  const rest = points.length - POINTS_SHOWN;
  const lines = [
    ...points.slice(0, POINTS_SHOWN).flatMap((point) => renderPoint(point, shared === null)),
    ...(rest > 0 ? [`And ${plural(rest, "other")}.`] : []),
    ...(shared === null ? [] : wrap(shared, MATTER_WIDTH)),
  ];
  return [`- ${kind.replaceAll("_", " ")}`, ...lines.map((line) => " ".repeat(MATTER_INDENT) + line)].join(
    "\n",
  );
}

function renderPoint({ summary, details, next_step }: Point, withStep: boolean): string[] {
  const causes = details?.split("\n").flatMap((line) => wrap(line, MATTER_WIDTH - CAUSE_INDENT)) ?? [];
  return [
    ...wrap(summary, MATTER_WIDTH),
    ...causes.map((line) => " ".repeat(CAUSE_INDENT) + line),
    ...(withStep && next_step !== null ? wrap(next_step, MATTER_WIDTH) : []),
  ];
}

/** What comes when, and which process sees to it. */
export function renderSchedules({ schedules, scheduler }: StatusDocument): string {
  const columns = ["schedule", "when", "next", "last run"].map((title) => ({ title }));
  const rows = schedules.map((schedule) => [
    schedule.schedule,
    `${schedule.expression} ${schedule.timezone}`,
    describeNext(schedule, scheduler !== null),
    describeLastRun(schedule),
  ]);
  const table = rows.length > 0 ? renderTable(columns, rows) : "Every schedule is switched off.";
  return `${table}\n${wrap(describeScheduler(scheduler)).join("\n")}`;
}

/** Without a process that ever ran it, everything would be due. */
function describeNext({ running, due, next_at }: ScheduleStatus, isRun: boolean): string {
  if (running) return "running";
  if (due && isRun) return "due now";
  return next_at ? formatMinute(next_at) : "never";
}

function describeLastRun({ last_run }: ScheduleStatus): string {
  return last_run ? `${formatMinute(last_run.started_at)} ${last_run.status}` : "none yet";
}

function formatMinute(moment: Date): string {
  return formatMoment(moment).slice(0, "YYYY-MM-DD HH:MM".length);
}

function describeScheduler(scheduler: StatusDocument["scheduler"]): string {
  if (!scheduler) return "No process ever ran the schedule. Start one with: pinterest-ads schedule";
  const { pid, host, alive, silent_seconds, waits_for } = scheduler;
  const waits = waits_for === null ? "" : ` It waits: ${waits_for}`;
  return `${alive ? "Run" : "Last run"} by process ${pid} on ${host}, seen ${describeSpan(silent_seconds)} ago.${waits}`;
}

export function renderShut({ shut_accounts }: StatusDocument): string | undefined {
  if (shut_accounts.length === 0) return undefined;
  const rows = shut_accounts.map(({ ad_account_id, name, since, reason }) => [
    name ? `${name} (${ad_account_id})` : ad_account_id,
    formatMoment(since),
    reason ?? "",
  ]);
  return renderTable(
    ["account", "since", "why"].map((title) => ({ title })),
    rows,
  );
}
