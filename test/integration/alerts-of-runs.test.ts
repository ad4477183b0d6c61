import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { clearBooks, IDLE, insertRun, openAlerts, type RunInTest } from "../support/alerts.ts";
import { measured } from "../support/metrics.ts";
import { openTestWarehouse, type TestWarehouse } from "../support/test-warehouse.ts";

let db: TestWarehouse;

beforeAll(async () => {
  db = await openTestWarehouse(measured);
});

afterAll(() => db.close());

beforeEach(() => clearBooks(db));

const find = () => openAlerts(db).check();
const names = async () => (await find()).map(({ kind, subject }) => `${kind} ${subject}`).toSorted();
const shut = (id: string) =>
  db.query("insert into pinterest_ads_shut_accounts (ad_account_id, since) values ($1, now())", id);

const feeds = { resource: "feeds", adAccountId: "1", errorCode: "pinterest_error", error: "answered 500" };
const ads = { resource: "ads", adAccountId: "1", errorCode: "pinterest_error", error: "answered 500" };
const ALL = ["entities", "catalogs", "recent_analytics"];

describe("a scheduled run", () => {
  test.each<[string, RunInTest, string[]]>([
    ["that failed as a whole concerns all its schedules", { status: "failed", schedules: ALL }, ALL],
    [
      "concerns the schedules of what it did not load",
      { status: "partial", schedules: ALL, slices: [feeds] },
      ["catalogs"],
    ],
    [
      "concerns both schedules of metrics",
      { status: "partial", schedules: ["analytics", ...ALL], slices: [{ resource: "ad_analytics" }] },
      ["analytics", "recent_analytics"],
    ],
    [
      "without the list of ad accounts concerns all its schedules",
      { status: "failed", schedules: ALL, slices: [{ resource: "ad_accounts" }] },
      ALL,
    ],
    [
      "whose metrics lack a list concerns the metrics",
      { status: "partial", schedules: ["analytics"], slices: [ads] },
      ["analytics"],
    ],
    [
      "that rejected records concerns their schedule",
      { status: "partial", schedules: ALL, slices: [{ ...ads, status: "succeeded", rejected: 2 }] },
      ["entities"],
    ],
    [
      "does not count that nobody said which days are final",
      {
        status: "partial",
        schedules: ALL,
        slices: [feeds, { resource: "metrics_ready", status: "skipped" }],
      },
      ["catalogs"],
    ],
    [
      "of resources that are no longer known concerns all",
      { status: "partial", schedules: ["entities", "catalogs"], slices: [{ resource: "gone" }] },
      ["entities", "catalogs"],
    ],
    ["that succeeded is well", { status: "succeeded", schedules: ALL }, []],
    [
      "that met a token that is refused is left to that alert",
      { status: "failed", schedules: ALL, errorCode: "token_refused" },
      [],
    ],
  ])("%s", async (_, run, subjects) => {
    await insertRun(db, run);
    expect(await names()).toEqual(subjects.map((subject) => `run_failed ${subject}`).toSorted());
  });

  test("tells what was not loaded, why, and what to do", async () => {
    const more = { ...feeds, resource: "catalogs", adAccountId: "2" };
    await insertRun(db, {
      status: "partial",
      schedules: ["catalogs"],
      errorCode: "pinterest_error",
      slices: [feeds, { ...feeds, adAccountId: "2" }, more],
    });
    expect(await find()).toEqual([
      {
        kind: "run_failed",
        subject: "catalogs",
        level: null,
        summary: expect.stringMatching(
          /^The scheduled run of catalogs of \S+ \S+ UTC loaded only part: 3 slices not loaded\.$/,
        ),
        details:
          "feeds, 2 slices: pinterest_error: answered 500\ncatalogs, 1 slice: pinterest_error: answered 500",
        next_step:
          "docs/errors.md says what to do about pinterest_error. The next scheduled run tries again.",
        raised_at: expect.any(Date),
      },
    ]);
  });

  test("that is to be repeated, or whose schedule is off, is no alert", async () => {
    await insertRun(db, { status: "failed", trigger: "schedule", request: { schedules: ["entities"] } });
    await insertRun(db, { status: "failed", schedules: ["catalogs"] });
    await db.query("update pinterest_ads_schedules set expression = null");
    expect(await names()).toEqual([]);
  });

  test("that failed for shut ad accounts only is no alert, even when they are open again", async () => {
    const denied = { resource: "ads", errorCode: "permission_missing" };
    await insertRun(db, {
      status: "partial",
      schedules: ["entities"],
      errorCode: "permission_missing",
      slices: [
        { ...denied, adAccountId: "1" },
        { resource: "campaigns", adAccountId: "1", status: "skipped", errorCode: "account_shut" },
        { ...denied, adAccountId: "2" },
      ],
    });
    await shut("2");
    expect(await names()).toEqual(["account_shut 2"]);
    await db.query("delete from pinterest_ads_shut_accounts");
    expect(await find()).toMatchObject([
      { kind: "run_failed", summary: expect.stringContaining("1 slice not") },
    ]);
    await insertRun(db, { status: "failed", schedules: ["entities"], errorCode: "lock_lost" });
    expect(await names()).toEqual(["run_failed entities"]);
  });

  test("of which a schedule has had another run since concerns no other for that", async () => {
    await insertRun(db, {
      status: "partial",
      schedules: ALL,
      slices: [{ ...ads, status: "succeeded", rejected: 1 }],
    });
    expect(await names()).toEqual(["run_failed entities"]);
    await insertRun(db, { status: "succeeded", schedules: ["entities"], hoursAgo: 0.5 });
    expect(await names()).toEqual([]);
  });

  test("that asked for catalogs through an ad account before it found it shut is no alert for them", async () => {
    const denied = { resource: "ads", adAccountId: "1", errorCode: "permission_missing" };
    const rest = { resource: "campaigns", adAccountId: "1", status: "skipped", errorCode: "account_shut" };
    const catalogs = { ...feeds, ownerUserId: "9" };
    const run = { status: "partial", schedules: ["entities", "catalogs"] };
    await shut("1");
    await insertRun(db, { ...run, errorCode: "permission_missing", slices: [denied, rest, catalogs] });
    expect(await names()).toEqual(["account_shut 1"]);
    await insertRun(db, { ...run, slices: [{ ...catalogs, adAccountId: "2" }] });
    expect(await names()).toEqual(["account_shut 1", "run_failed catalogs"]);
  });

  test("that meets a token that is refused does not end an alert", async () => {
    await insertRun(db, { status: "failed", schedules: ["entities"], errorCode: "lock_lost" });
    const before = await find();
    await insertRun(db, {
      status: "failed",
      schedules: ["entities"],
      errorCode: "token_refused",
      hoursAgo: 0.5,
    });
    expect(await find()).toEqual(before);
    await insertRun(db, { status: "succeeded", schedules: ["entities"], hoursAgo: 0.1 });
    expect(await find()).toEqual([]);
  });
});

describe("a run that somebody started", () => {
  const asked = (resources: string[], accounts: string | string[] = "all") => ({ resources, accounts });
  const days = (from: string, to: string) => ({ ...asked(["ad_analytics"]), backfill: { from, to } });
  const failedSync: RunInTest = {
    status: "partial",
    hoursAgo: 2,
    request: asked(["ads", "feeds"], ["1"]),
    slices: [ads],
  };
  const month = { ...asked(["ads", "ad_analytics"]), lookback_days: 33 };
  const withoutAccounts: RunInTest = {
    status: "failed",
    hoursAgo: 2,
    request: month,
    slices: [{ resource: "ad_accounts", errorCode: "pinterest_error" }],
  };
  const failedBackfill: RunInTest = {
    status: "failed",
    trigger: "backfill",
    hoursAgo: 2,
    request: days("2025-02-01", "2025-03-31"),
  };

  test.each<[string, RunInTest[], string[]]>([
    ["is an alert when it failed", [failedSync], ["sync"]],
    ["is none after three days", [{ ...failedSync, hoursAgo: 73 }], []],
    [
      "is made good by one for the same",
      [failedSync, { status: "succeeded", request: failedSync.request ?? {} }],
      [],
    ],
    [
      "is made good by a scheduled one for more",
      [
        failedSync,
        { status: "succeeded", schedules: ["entities"], request: asked(["ads", "feeds", "catalogs"]) },
      ],
      [],
    ],
    [
      "is not made good by one for less",
      [
        failedSync,
        { status: "succeeded", request: asked(["ads"]) },
        { status: "succeeded", request: asked(["ads", "feeds"], ["2"]) },
      ],
      ["sync"],
    ],
    [
      "is not made good by one before it",
      [failedSync, { status: "succeeded", hoursAgo: 3, request: failedSync.request ?? {} }],
      ["sync"],
    ],
    [
      "is not made good by one that was interrupted",
      [failedSync, { status: "interrupted", request: failedSync.request ?? {} }],
      ["sync"],
    ],
    [
      "is not made good by one that read fewer days back",
      [
        { ...failedSync, request: { ...asked(["ad_analytics"]), lookback_days: 33 } },
        { status: "succeeded", request: { ...asked(["ads", "ad_analytics"]), lookback_days: 3 } },
      ],
      ["sync"],
    ],
    [
      "is made good by one that read as many days back",
      [
        { ...failedSync, request: { ...asked(["ad_analytics"]), lookback_days: 33 } },
        { status: "succeeded", request: { ...asked(["ads", "ad_analytics"]), lookback_days: 33 } },
      ],
      [],
    ],
    [
      "that had no list of ad accounts is not made good by that list and fewer days",
      [withoutAccounts, { status: "succeeded", request: { ...month, lookback_days: 3 } }],
      ["sync"],
    ],
    [
      "that had no list of ad accounts is made good by runs that load all of it between them",
      [
        withoutAccounts,
        { status: "succeeded", schedules: ["analytics"], request: { ...month, resources: ["ad_analytics"] } },
        { status: "succeeded", schedules: ["entities"], request: { ...asked(["ads"]), lookback_days: 3 } },
      ],
      [],
    ],
    ["that was stopped once is none", [{ ...failedSync, status: "interrupted" }], []],
    [
      "that was stopped a second time in a row is an alert",
      [
        { ...failedSync, status: "interrupted", hoursAgo: 4 },
        { status: "failed", hoursAgo: 3, errorCode: "already_running" },
        { ...failedSync, status: "interrupted" },
      ],
      ["sync"],
    ],
    [
      "that was stopped, as was one before the last, is none",
      [
        { ...failedSync, status: "interrupted", hoursAgo: 4 },
        { ...failedSync, status: "succeeded", hoursAgo: 3 },
        { ...failedSync, status: "interrupted" },
        { ...failedSync, status: "interrupted", trigger: "backfill", hoursAgo: 1 },
      ],
      [],
    ],
    [
      "that is stopped every day is an alert although ones for fewer days succeed between",
      [
        { ...failedSync, status: "interrupted", hoursAgo: 8, request: month },
        { ...failedSync, status: "succeeded", hoursAgo: 6, request: { ...month, lookback_days: 3 } },
        { ...failedSync, status: "interrupted", hoursAgo: 4, request: month },
        { ...failedSync, status: "succeeded", hoursAgo: 2, request: { ...month, lookback_days: 3 } },
      ],
      ["sync"],
    ],
    [
      "that was stopped after one for less was is none",
      [
        { ...failedSync, status: "interrupted", hoursAgo: 4, request: asked(["ads"], ["1"]) },
        { ...failedSync, status: "interrupted" },
      ],
      [],
    ],
    [
      "that was stopped after a person had stopped one is none",
      [
        {
          ...failedSync,
          status: "interrupted",
          hoursAgo: 4,
          request: { ...failedSync.request, attended: true },
        },
        { ...failedSync, status: "interrupted" },
      ],
      [],
    ],
    [
      "that a person stopped who watches it is none",
      [
        { ...failedSync, status: "interrupted", hoursAgo: 4 },
        { ...failedSync, status: "interrupted", request: { ...failedSync.request, attended: true } },
      ],
      [],
    ],
    [
      "that was stopped twice is made good like any other",
      [
        { ...failedSync, status: "interrupted", hoursAgo: 4 },
        { ...failedSync, status: "interrupted", hoursAgo: 3 },
        { ...failedSync, status: "succeeded" },
      ],
      [],
    ],
    [
      "that is a backfill is made good by one for more days",
      [
        failedBackfill,
        { status: "succeeded", trigger: "backfill", request: days("2025-01-01", "2025-03-31") },
      ],
      [],
    ],
    [
      "that is a backfill is not made good by fewer days or a sync",
      [
        failedBackfill,
        { status: "succeeded", trigger: "backfill", request: days("2025-02-02", "2025-03-31") },
        { status: "succeeded", request: asked(["ad_analytics"]) },
      ],
      ["backfill"],
    ],
  ])("%s", async (_, runs, subjects) => {
    for (const run of runs) await insertRun(db, run);
    expect(await names()).toEqual(subjects.map((subject) => `run_failed ${subject}`));
  });

  describe("before the run under way began, which may load what it did not", () => {
    const since = Date.now() - 1000;
    const state = () => ({ ...IDLE, running: { schedules: [], since } });
    const found = async () => (await openAlerts(db, { state }).check()).map(({ subject }) => subject);

    test("is not told yet, and not over if it was", async () => {
      await insertRun(db, failedSync);
      expect(await found()).toEqual([]);
      expect(await names()).toEqual(["run_failed sync"]);
      expect(await found()).toEqual(["sync"]);
    });

    test("is told when it was stopped again and again", async () => {
      for (const hoursAgo of [2, 1]) await insertRun(db, { ...failedSync, status: "interrupted", hoursAgo });
      expect(await found()).toEqual(["sync"]);
    });
  });

  test("that failed since the run under way began is told", async () => {
    const since = Date.now() - 3 * 3_600_000;
    await insertRun(db, failedSync);
    const alerts = openAlerts(db, { state: () => ({ ...IDLE, running: { schedules: [], since } }) });
    expect(await alerts.check()).toHaveLength(1);
  });

  test("that is stopped again and again tells what to look for", async () => {
    for (const hoursAgo of [2, 1]) await insertRun(db, { ...failedSync, status: "interrupted", hoursAgo });
    expect(await find()).toMatchObject([
      {
        summary: expect.stringMatching(/was interrupted, as was the one before it: 1 slice not loaded\.$/),
        next_step: expect.stringContaining("a memory limit"),
      },
    ]);
  });

  test("is an alert although an earlier one met a token that was refused", async () => {
    await insertRun(db, { status: "failed", hoursAgo: 5, errorCode: "token_refused", error: "no" });
    expect(await names()).toEqual([]);
    await insertRun(db, failedSync);
    expect(await names()).toEqual(["run_failed sync"]);
  });

  describe("is made good by whatever loaded since what it did not", () => {
    const days: readonly [string, string] = ["2026-02-01", "2026-02-03"];
    const metrics = { resource: "ad_analytics", adAccountId: "1", window: days };
    const catalogs = { resource: "catalogs", adAccountId: "1", ownerUserId: "9" };
    const loaded = (resource: string, scope: string, hoursAgo: number) =>
      db.query(
        `insert into pinterest_ads_sync_cursors (resource, scope_id, loaded_at) values ($1, $2, now() - $3 * interval '1 hour')
         on conflict (resource, scope_id) do update set loaded_at = excluded.loaded_at`,
        ...[resource, scope, hoursAgo],
      );
    const loadedDays = (from: string, to: string, hoursAgo: number) =>
      db.query(
        `insert into pinterest_ads_loaded_days (resource, ad_account_id, attribution, date, loaded_at)
         select 'ad_analytics', '1', 'a', day::date, now() - $3 * interval '1 hour'
           from generate_series($1::date, $2::date, interval '1 day') as day
         on conflict (resource, ad_account_id, attribution, date) do update set loaded_at = excluded.loaded_at`,
        ...[from, to, hoursAgo],
      );

    test("lists of ad accounts and of owners, one after the other", async () => {
      await insertRun(db, { ...failedSync, slices: [ads, catalogs] });
      await loaded("ads", "1", 3);
      await loaded("catalogs", "9", 3);
      expect(await names()).toEqual(["run_failed sync"]);
      await loaded("ads", "1", 1);
      expect(await names()).toEqual(["run_failed sync"]);
      await loaded("catalogs", "9", 1);
      expect(await names()).toEqual([]);
    });

    test("every day of metrics", async () => {
      await insertRun(db, { ...failedBackfill, slices: [metrics] });
      await loadedDays("2026-02-01", "2026-02-03", 3);
      await loadedDays("2026-02-01", "2026-02-02", 1);
      expect(await names()).toEqual(["run_failed backfill"]);
      await loadedDays("2026-02-03", "2026-02-03", 1);
      expect(await names()).toEqual([]);
    });

    test("rejected records when the same comes without any", async () => {
      const slice = { ...ads, status: "succeeded", errorCode: "", error: "" };
      await insertRun(db, { ...failedSync, slices: [{ ...slice, rejected: 2 }] });
      await loaded("ads", "1", 1);
      const scheduled = { status: "succeeded", schedules: ["entities"] };
      await insertRun(db, { ...scheduled, slices: [{ ...slice, adAccountId: "2" }] });
      expect(await names()).toEqual(["run_failed sync"]);
      await insertRun(db, { ...scheduled, slices: [slice] });
      expect(await names()).toEqual([]);
    });

    test.each<[string, Record<string, unknown>, boolean]>([
      ["all of the days", {}, true],
      ["some of the days", { window: ["2026-02-01", "2026-02-02"] }, false],
      ["it and failed", { status: "failed" }, false],
      ["it and rejected some again", { rejected: 1 }, false],
      ["another ad account", { adAccountId: "2" }, false],
    ])("rejected rows of metrics by a run that read %s", async (_, change, isGood) => {
      const slice = { ...metrics, status: "succeeded" };
      await insertRun(db, { ...failedBackfill, status: "partial", slices: [{ ...slice, rejected: 2 }] });
      await insertRun(db, {
        status: "succeeded",
        schedules: ["analytics"],
        slices: [{ ...slice, ...change }],
      });
      expect((await names()).includes("run_failed backfill")).toBe(!isGood);
    });

    test("but not where the run failed as a whole although each part was loaded", async () => {
      await insertRun(db, {
        ...failedSync,
        errorCode: "lock_lost",
        slices: [{ ...ads, status: "succeeded" }],
      });
      await loaded("ads", "1", 1);
      expect(await names()).toEqual(["run_failed sync"]);
    });
  });
});
