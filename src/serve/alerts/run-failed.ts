import { plural } from "../../counting.ts";
import type { Resource } from "../../resources/define.ts";
import { refreshes } from "../../schedules.ts";
import type { FailingRun, FailureGroup } from "../../warehouse/failing-runs.ts";
import { needsPerson } from "../schedule/obstacles.ts";
import { groupOf } from "../schedule/scheduled-request.ts";
import type { SchedulerState } from "../schedule/scheduler-state.ts";
import type { Condition, Findings, Selection } from "./condition.ts";
import { flatten, listSome, nameMoment } from "./plain-text.ts";

const GROUPS_SHOWN = 4;
const ERROR_MAX = 300;
const ENDED = {
  failed: "failed",
  partial: "loaded only part",
  interrupted: "was interrupted, as was the one before it",
} satisfies Record<FailingRun["status"], string>;

/**
 * Schedules whose last run did not load everything they are for, and runs that somebody started and that nothing has
 * made good since. Failures of ad accounts that Pinterest shut do not count. `manual` has the latest first. What failed
 * before the run under way began, `runningSince` in epoch milliseconds, may be loaded by it: when an ad account is
 * opened again, that run loads what it missed.
 */
export function findFailedRuns(
  scheduled: readonly FailingRun[],
  manual: readonly FailingRun[],
  groups: readonly FailureGroup[],
  resources: readonly Resource[],
  runningSince: number | undefined,
): Findings {
  const isBeingLoaded = ({ schedules, status, started_at }: FailingRun) =>
    schedules.length === 0 && status !== "interrupted" && started_at.getTime() < (runningSince ?? 0);
  const conditions = new Map<string, Condition>();
  const held: Selection[] = [];
  const lapsed: Selection[] = [];
  for (const run of [...scheduled, ...manual]) {
    const failures = findFailures(run, groups);
    const subjects = run.schedules.length > 0 ? concerned(run, failures ?? [], resources) : [run.trigger];
    for (const subject of subjects) {
      const selection = { kind: "run_failed", subject } as const;
      // An alert is about the latest run, whose end is to be told; a token that nobody can use is an alert of its own.
      if (run.lapsed) lapsed.push(...(run.superseded ? [] : [selection]));
      else if (needsPerson(run.error_code) || isBeingLoaded(run))
        held.push(...(run.superseded ? [] : [selection]));
      else if (failures && !conditions.has(subject))
        conditions.set(subject, describe(run, subject, failures));
    }
  }
  return { conditions: [...conditions.values()], held, lapsed };
}

/** Runs that cannot even begin leave nothing in the books. What is wrong with the token is told by itself. */
export function describeBlocked({ blocked }: SchedulerState): Condition[] {
  if (!blocked || blocked.code === "already_running" || blocked.code.startsWith("token_")) return [];
  return [
    {
      kind: "run_failed",
      subject: "schedule",
      summary: "What is due cannot be run.",
      details: `${blocked.code}: ${flatten(blocked.message, ERROR_MAX)}`,
      nextStep: `docs/errors.md says what to do about ${blocked.code}. It is tried again every minute.`,
    },
  ];
}

/** What counts of what the run did not load; undefined when nothing does. Nothing of a run that ended as a whole. */
function findFailures(run: FailingRun, groups: readonly FailureGroup[]): FailureGroup[] | undefined {
  const all = groups.filter(({ run_id }) => run_id === run.id);
  const counted = all.filter(({ shut }) => !shut);
  if (counted.length > 0) return counted;
  const excused = all.some(({ error_code }) => error_code === run.error_code);
  return excused ? undefined : [];
}

/**
 * Those of the run's schedules that the failures belong to; all of them for what none of them is for, such as lists that
 * a run of metrics needs. A schedule that had another run since has another last word.
 */
function concerned(
  run: FailingRun,
  failures: readonly FailureGroup[],
  resources: readonly Resource[],
): readonly string[] {
  if (failures.length === 0) return run.schedules;
  const found = new Set<string>();
  for (const { resource: name } of failures) {
    const resource = resources.find((candidate) => candidate.name === name);
    // Everything is planned from the list of ad accounts: without it nothing is loaded for any schedule.
    const of =
      resource && resource.scope !== "token"
        ? run.asked_schedules.filter((name) => refreshes(name, groupOf(resource)))
        : [];
    for (const one of of.length > 0 ? of : run.schedules) found.add(one);
  }
  return run.schedules.filter((name) => found.has(name));
}

function describe(run: FailingRun, subject: string, failures: readonly FailureGroup[]): Condition {
  const slices = failures.reduce((sum, { slices_failed }) => sum + slices_failed, 0);
  const rejected = failures.reduce((sum, { records_rejected }) => sum + records_rejected, 0);
  const counts = [
    ...(slices > 0 ? [`${plural(slices, "slice")} not loaded`] : []),
    ...(rejected > 0 ? [`${plural(rejected, "record")} rejected`] : []),
  ].join(", ");
  const what = run.schedules.length > 0 ? `The scheduled run of ${subject}` : `The ${subject}`;
  const lines = failures.length > 0 ? failures.map(describeGroup) : [flatten(run.error ?? "", ERROR_MAX)];
  return {
    kind: "run_failed",
    subject,
    summary: `${what} of ${nameMoment(run.started_at)} ${ENDED[run.status]}${counts && `: ${counts}`}.`,
    details: listSome(
      lines.filter((line) => line !== ""),
      GROUPS_SHOWN,
    ),
    nextStep: advise(run, slices, rejected),
  };
}

function describeGroup(group: FailureGroup): string {
  const { resource, slices_failed: slices, records_rejected: rejected, error_code: code, error } = group;
  const reason = [code, flatten(error ?? "", ERROR_MAX)].filter(Boolean).join(": ");
  if (slices > 0) return `${resource}, ${plural(slices, "slice")}${reason && `: ${reason}`}`;
  return `${resource}: ${plural(rejected, "record")} rejected`;
}

function advise(run: FailingRun, slices: number, rejected: number): string {
  if (run.status === "interrupted")
    return `See what stops it before its end: a time limit, a memory limit, a shutdown. ${run.trigger === "backfill" ? "The next one goes on where it was stopped." : "The next one begins anew; where time is short, raise the limit or copy less."}`;
  const again =
    run.schedules.length > 0 ? "The next scheduled run tries again." : "Run it again when that is done.";
  if (slices === 0 && rejected > 0)
    return `Look into pinterest_ads_rejected_records: each record is there with its reason. ${again}`;
  const code = run.error_code ? `docs/errors.md says what to do about ${run.error_code}. ` : "";
  return `${code}${again}`;
}
