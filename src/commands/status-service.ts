import stringWidth from "string-width";
import type { StatusDocument } from "../serve/status-document.ts";
import type { Matter } from "../serve/status-matters.ts";
import type { ScheduleStatus } from "../serve/status-schedules.ts";
import { describeSpan } from "../span.ts";
import { formatMoment, plural, printable } from "./format.ts";
import { renderTable } from "./table.ts";

/** Terminals are at least 80 columns wide, and the text stands indented. */
const TEXT_WIDTH = 76;
/** So many subjects tell what kind of thing it is; --json has them all. */
const SUMMARIES_SHOWN = 3;

/** Whether anybody has to do anything, and what. */
export function renderVerdict({ verdict }: StatusDocument): string {
  const notes =
    verdict.notes.length > 0 ? ["Good to know, and can wait:", ...verdict.notes.map(renderMatter)] : [];
  return [`${verdict.headline}.`, ...verdict.matters.map(renderMatter), ...notes].join("\n");
}

function renderMatter({ kind, summaries, next_step }: Matter): string {
  const rest = summaries.length - SUMMARIES_SHOWN;
  const lines = [
    ...summaries.slice(0, SUMMARIES_SHOWN),
    ...(rest > 0 ? [`And ${plural(rest, "other")}.`] : []),
    ...(next_step ? [next_step] : []),
  ];
  return [`- ${kind.replaceAll("_", " ")}`, ...lines.flatMap(wrap).map((line) => `    ${line}`)].join("\n");
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
  if (!scheduler) return "No process ever ran the schedule. Start one with: npx pinterest-ads schedule";
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

/** Lines of at most TEXT_WIDTH; a longer word, such as an address, stands unbroken. */
function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of printable(text).trim().split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && stringWidth(`${last} ${word}`) <= TEXT_WIDTH)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
