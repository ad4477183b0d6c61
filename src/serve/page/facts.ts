import { html } from "hono/html";
import { formatCount, plural } from "../../counting.ts";
import type { StatusDocument } from "../status/document.ts";
import { showBadge, showRunStatus } from "./badge.ts";
import { describeCause } from "./cause.ts";
import { formatSpan, type Markup, showDistance, showText, speakName } from "./words.ts";

/** The state in a few boxes: what runs, what comes, how old the data is, how long the token lives. */
export function showFacts(document: StatusDocument): Markup {
  const facts = [
    showRunning(document),
    showLast(document),
    showNext(document),
    showAge(document),
    showToken(document),
  ];
  return html`<section class="facts" aria-label="At a glance"><dl>${facts}</dl></section>`;
}

function showFact(title: string, value: Markup | string, detail: Markup | string | null): Markup {
  return html`<div class="fact"><dt>${title}</dt>
<dd class="value">${value}</dd>
${detail ? html`<dd class="detail">${detail}</dd>` : null}</div>`;
}

function showRunning({ runs, progress }: StatusDocument): Markup | null {
  const run = runs.find(({ status }) => status === "running");
  if (!run) return null;
  const { slices = 0, slices_ended: ended = 0 } = progress.find(({ run_id }) => run_id === run.id) ?? {};
  const share = `${formatCount(ended)} of ${plural(slices, "slice")}`;
  const bar = html`<progress max="${slices}" value="${ended}">${share}</progress> ${share}`;
  return showFact(
    "Running now",
    `for ${formatSpan(run.duration_seconds)}`,
    html`${slices > 0 ? bar : "Asking for the list of ad accounts"}: ${describeCause(run)}`,
  );
}

function showLast({ runs, read_at }: StatusDocument): Markup {
  const run = runs.find(({ status }) => status !== "running");
  if (!run) return showFact("Last run", "None yet", null);
  const counts = [
    `${plural(run.rows_written ?? 0, "row")} written`,
    plural(run.api_calls ?? 0, "API call"),
    `took ${formatSpan(run.duration_seconds)}`,
  ];
  return showFact(
    "Last run",
    html`${showRunStatus(run.status)} ${showDistance(run.finished_at ?? run.started_at, read_at)}`,
    counts.join(", "),
  );
}

function showNext({ schedules, scheduler, read_at }: StatusDocument): Markup {
  if (schedules.length === 0) return showFact("Next run", "None", "Every schedule is switched off.");
  const due = schedules.filter((schedule) => schedule.due);
  const watcher = scheduler?.alive
    ? `The schedule runs in process ${scheduler.pid} on ${scheduler.host}.`
    : "No process runs the schedule.";
  if (!scheduler?.alive)
    return showFact("Next run", showBadge("not running", scheduler ? "act" : "plain"), watcher);
  if (due.length > 0)
    return showFact("Next run", html`Due now`, due.map(({ schedule }) => speakName(schedule)).join(", "));
  const next = schedules.flatMap(({ next_at, schedule }) => (next_at ? [{ next_at, schedule }] : []));
  const soonest = Math.min(...next.map(({ next_at }) => next_at.getTime()));
  const names = next
    .filter(({ next_at }) => next_at.getTime() === soonest)
    .map(({ schedule }) => speakName(schedule));
  if (names.length === 0) return showFact("Next run", "None", "No schedule ever comes again.");
  return showFact("Next run", showDistance(new Date(soonest), read_at), `${names.join(", ")}. ${watcher}`);
}

function showAge({ freshness, max_staleness_seconds }: StatusDocument): Markup {
  const wanted = freshness.filter(({ state }) => state !== "not_wanted");
  const stale = wanted.filter(({ state }) => state === "stale").length;
  const never = wanted.filter(({ state }) => state === "never_loaded").length;
  const oldest = wanted.toSorted((a, b) => (b.age_seconds ?? 0) - (a.age_seconds ?? 0))[0];
  const limit = `Up to ${formatSpan(max_staleness_seconds)} is fine.`;
  const notLoaded = `${formatCount(never)} of ${formatCount(wanted.length)} tables never loaded`;
  if (!oldest || oldest.age_seconds === null)
    return showFact("Oldest data", "Nothing loaded", never > 0 ? `${notLoaded}.` : limit);
  const place = oldest.scope_id === "*" ? "" : ` of ${oldest.scope_name ?? oldest.scope_id}`;
  const counts = [stale > 0 ? `${formatCount(stale)} too old` : "", never > 0 ? notLoaded : ""].filter(
    Boolean,
  );
  return showFact(
    "Oldest data",
    html`${formatSpan(oldest.age_seconds)} ${stale > 0 ? showBadge("too old", "act") : null} ${never > 0 ? showBadge(`${formatCount(never)} never`, "wait") : null}`,
    `${[`${speakName(oldest.resource)}${place}`, ...counts].join("; ")}. ${limit}`,
  );
}

function showToken({ token, uses_stored_token, verdict }: StatusDocument): Markup {
  const needs = (kind: string) => verdict.matters.some((matter) => matter.kind === kind);
  if (!uses_stored_token)
    return showFact(
      "Token",
      needs("token_refused") ? showBadge("refused", "act") : "Given",
      "PINTEREST_ACCESS_TOKEN, which nothing renews.",
    );
  if (!token && needs("token_missing"))
    return showFact(
      "Token",
      showBadge("missing", "act"),
      showText("Log in with `pinterest-ads auth login`."),
    );
  if (!token || token.state === "unused")
    return showFact("Token", "Not used yet", showText("If none is configured: `pinterest-ads auth login`."));
  if (token.state === "refused" || token.state === "dead")
    return showFact("Token", showBadge(token.state, "act"), "Nothing can be loaded until it is replaced.");
  const left = token.refresh_token_seconds_left;
  const life = left === null ? "Works" : `${formatSpan(left)} left`;
  return showFact(
    "Token",
    html`${life} ${token.state === "expiring" ? showBadge("ends soon", "act") : null}`,
    "Each refresh renews it.",
  );
}
