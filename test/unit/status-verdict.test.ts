import { describe, expect, test } from "vitest";
import { findSharedStep } from "../../src/serve/status/matters.ts";
import { reachVerdict, type VerdictBasis } from "../../src/serve/status/verdict.ts";

const MOMENT = new Date("2026-11-21T05:30:00Z");

const RUN: VerdictBasis["runs"][number] = {
  id: "1",
  trigger: "schedule",
  status: "succeeded",
  started_at: MOMENT,
  finished_at: MOMENT,
  duration_seconds: 60,
  schedules: ["entities"],
  slices: 10,
  slices_failed: 0,
  rows_written: 5,
  records_rejected: 0,
  api_calls: 12,
  error_code: null,
  error: null,
  failed_slices: [],
};
const SCHEDULER: NonNullable<VerdictBasis["scheduler"]> = {
  host: "box",
  pid: 7,
  version: "1.0.0",
  started_at: MOMENT,
  seen_at: MOMENT,
  waits_for: null,
  silent_seconds: 5,
  alive: true,
};
const TOKEN: NonNullable<VerdictBasis["token"]> = {
  refreshed_at: MOMENT,
  access_token_expires_at: MOMENT,
  refresh_token_expires_at: MOMENT,
  scopes: [],
  refused_at: null,
  refused_reason: null,
  access_token_seconds_left: 1,
  refresh_token_seconds_left: 1,
  state: "usable",
};
const STALE: VerdictBasis["freshness"][number] = {
  resource: "ads",
  scope: "ad_account",
  scope_id: "1",
  scope_name: null,
  loaded_at: MOMENT,
  fresh_at: MOMENT,
  age_seconds: 1e6,
  loaded_through: null,
  state: "stale",
};
const WELL: VerdictBasis = {
  alerts: [],
  scheduler: SCHEDULER,
  schedules: [{ schedule: "entities" }, { schedule: "recent_analytics" }],
  runs: [RUN],
  progress: [],
  uses_stored_token: true,
  token: TOKEN,
  freshness: [{ ...STALE, state: "fresh" }],
};

function alert(kind: string, subject: string): VerdictBasis["alerts"][number] {
  return {
    kind,
    subject,
    level: null,
    summary: `${kind} of ${subject}.`,
    details: null,
    next_step: `Mend ${kind}.`,
  };
}

const silent = { ...SCHEDULER, alive: false, silent_seconds: 9999 };
describe("while a process watches, what needs somebody is what its alerts say", () => {
  test.each<[string, Partial<VerdictBasis>, string[]]>([
    ["no alert", {}, []],
    [
      "two alerts, the more urgent first",
      { alerts: [alert("stale", "x"), alert("run_failed", "y")] },
      ["run_failed", "stale"],
    ],
  ])("%s", (_name, change, kinds) => {
    const verdict = reachVerdict({ ...WELL, ...change });
    expect(verdict.matters.map(({ kind }) => kind)).toEqual(kinds);
    expect(verdict.level).toBe(kinds.length > 0 ? "act" : "well");
  });
});

test("a process that fell silent is told, and what nobody is there to raise", () => {
  const untold = [alert("run_failed", "sync"), alert("schema_drift", "ads.glow")];
  const { matters, notes } = reachVerdict({ ...WELL, scheduler: silent }, untold);
  expect(matters.map(({ kind }) => kind)).toEqual(["scheduler_silent", "run_failed"]);
  expect(matters[0]?.points[0]?.summary).toContain("Process 7 on box");
  expect(notes.map(({ kind }) => kind)).toEqual(["schema_drift"]);
});

test("what was raised and holds still is told once, as it stands now", () => {
  const raised = [alert("stale", "entities"), alert("stale", "catalogs")];
  const now = { ...alert("stale", "entities"), summary: "Older still." };
  const { matters } = reachVerdict({ ...WELL, scheduler: null, alerts: raised }, [now]);
  expect(matters.map(({ points }) => points.map(({ summary }) => summary))).toEqual([
    ["stale of catalogs.", "Older still."],
  ]);
});

test("alerts of a kind are one matter, and the headline counts matters", () => {
  const alerts = [alert("stale", "a"), alert("stale", "b"), alert("account_shut", "1")];
  const { headline, matters } = reachVerdict({ ...WELL, alerts });
  expect(headline).toBe("2 things need you");
  expect(matters[0]?.points.map(({ summary }) => summary)).toEqual(["stale of a.", "stale of b."]);
  expect(reachVerdict({ ...WELL, alerts: alerts.slice(0, 2) }).headline).toBe("1 thing needs you");
});

test("what is to be done is told once where it is the same for all, and by each where it differs", () => {
  const [first, second] = [alert("not_reconciled", "1"), alert("not_reconciled", "2")];
  const stepOf = (alerts: VerdictBasis["alerts"]) =>
    findSharedStep(reachVerdict({ ...WELL, alerts }).matters[0]?.points ?? []);
  expect(stepOf([first, second])).toBe("Mend not_reconciled.");
  expect(stepOf([first, { ...second, next_step: "Load account 2." }])).toBeNull();
});

test("the cause and what to do are told as the alert says them", () => {
  const lost = { ...alert("run_failed", "ads"), details: "ads, 3 slices: too many" };
  expect(reachVerdict({ ...WELL, alerts: [lost] }).matters[0]?.points).toEqual([
    { summary: "run_failed of ads.", details: "ads, 3 slices: too many", next_step: "Mend run_failed." },
  ]);
});

describe("without a usable token", () => {
  const alerts = [alert("token_refused", "refresh_token"), alert("token_expiring", "x"), alert("stale", "y")];

  test.each<[string, Partial<VerdictBasis>, string]>([
    ["that it was refused", {}, "token_refused"],
    ["that none was ever given", { token: null }, "token_missing"],
    ["that the given access token was refused", { token: null, uses_stored_token: false }, "token_refused"],
  ])("the one thing told is %s, and not what follows from it", (_name, change, kind) => {
    const { headline, matters } = reachVerdict({ ...WELL, alerts, ...change });
    expect([headline, ...matters.map((matter) => matter.kind)]).toEqual(["1 thing needs you", kind]);
  });
});

describe("while something was never loaded", () => {
  const freshness = [STALE, { ...STALE, scope_id: "2" }].map((row) => ({
    ...row,
    state: "never_loaded" as const,
  }));
  const running = { ...RUN, id: "2", status: "running" };
  const progress = [{ run_id: "2", slices: 290, slices_ended: 111 }];

  test.each<[string, Partial<VerdictBasis>, string]>([
    ["how far the first load is", { runs: [running], progress }, "First load: 111 of 290 slices"],
    [
      "the same after runs that came to nothing",
      { runs: [running, { ...RUN, status: "interrupted" }], progress },
      "First load: 111 of 290 slices",
    ],
    ["that the first load has begun", { runs: [running] }, "First load: it has begun"],
    [
      "how much is not loaded",
      { freshness: [...freshness, ...WELL.freshness] },
      "2 of 3 tables not loaded yet",
    ],
    ["the same during a later run", { runs: [running, RUN], progress }, "2 of 2 tables not loaded yet"],
  ])("it is told %s, not that all is well", (_name, change, headline) => {
    expect(reachVerdict({ ...WELL, freshness, ...change })).toMatchObject({ level: "incomplete", headline });
  });
});

test("of a token that is not used any more nobody hears when another is wrong", () => {
  const { matters } = reachVerdict({ ...WELL, alerts: [alert("token_refused", "access_token")] }, [
    alert("token_refused", "refresh_token"),
  ]);
  expect(matters).toHaveLength(1);
  expect(matters[0]?.points).toHaveLength(1);
});

test("a new field can wait: all is well", () => {
  const { level, headline, notes } = reachVerdict({ ...WELL, alerts: [alert("schema_drift", "ads.glow")] });
  expect([level, headline]).toEqual(["well", "All is well"]);
  expect(notes).toHaveLength(1);
});

test.each<[string, Partial<VerdictBasis["runs"][number]>[], string]>([
  ["failed", [{ status: "failed" }, {}], "The last run failed, the next one is still to come"],
  [
    "loaded a part",
    [{ status: "partial" }],
    "The last run loaded only a part, the next one is still to come",
  ],
  [
    "failed, while the next is under way",
    [{ status: "running" }, { status: "failed" }],
    "The last run failed, the next one is still to come",
  ],
  ["was stopped", [{ status: "interrupted" }], "The last run was interrupted, the next one is still to come"],
  [
    "of another schedule loaded a part",
    [{}, { status: "partial", schedules: ["recent_analytics", "entities"] }],
    "The last run of recent analytics loaded only a part, the next one is still to come",
  ],
  [
    "of a schedule that is off loaded a part",
    [{}, { status: "partial", schedules: ["catalogs"] }],
    "All is well",
  ],
  ["came in the way of another", [{ status: "failed", error_code: "already_running" }, {}], "All is well"],
  ["made good what failed", [{}, { status: "failed" }], "All is well"],
])("without an alert, when the last run %s, the headline knows", (_name, changes, headline) => {
  const runs = changes.map((change) => ({ ...RUN, ...change }));
  const verdict = reachVerdict({ ...WELL, runs });
  expect(verdict).toMatchObject({ headline, matters: [] });
  expect(verdict.level).toBe(headline === "All is well" ? "well" : "incomplete");
});

test("where nothing runs the schedule any more, the last run alone counts", () => {
  const runs = [
    { ...RUN, schedules: [] },
    { ...RUN, status: "failed", schedules: ["recent_analytics"] },
  ];
  expect(reachVerdict({ ...WELL, scheduler: null, runs }).headline).toBe("All is well");
});

test("without any run nothing is loaded yet", () => {
  expect(reachVerdict({ ...WELL, runs: [], scheduler: null })).toMatchObject({
    level: "empty",
    headline: "Nothing is loaded yet",
  });
});
