import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { chainFingerprint, seedFingerprint } from "../../src/pinterest/token-chain.ts";
import type { AlertsOptions } from "../../src/serve/alerts/alerts.ts";
import { addDays, dayOf } from "../../src/window.ts";
import {
  clearBooks,
  IDLE,
  insertRun,
  openAlerts,
  type RunInTest,
  SETTINGS,
  TOKEN,
} from "../support/alerts.ts";
import { measured } from "../support/metrics.ts";
import { openTestWarehouse, type TestWarehouse } from "../support/test-warehouse.ts";

let db: TestWarehouse;

beforeAll(async () => {
  db = await openTestWarehouse(measured);
});

afterAll(() => db.close());

beforeEach(() => clearBooks(db));

const find = (options?: Partial<AlertsOptions>) => openAlerts(db, options).check();
const names = async (options?: Partial<AlertsOptions>) =>
  (await find(options)).map(({ kind, subject }) => `${kind} ${subject}`).toSorted();
const account = (id: string, name = `Account ${id}`) =>
  db.query("insert into pinterest_ads_ad_accounts (ad_account_id, name) values ($1, $2)", id, name);
const shut = (id: string) =>
  db.query(
    "insert into pinterest_ads_shut_accounts (ad_account_id, reason, error_code, since) values ($1, 'suspended', 'permission_missing', '2026-01-01T12:00Z')",
    id,
  );

test("without trouble there is no alert", async () => {
  await account("1");
  await insertRun(db, { status: "succeeded", schedules: ["entities"], slices: [] });
  expect(await find()).toEqual([]);
});

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
        next_step: expect.stringContaining("docs/errors.md what to do about pinterest_error"),
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
});

describe("data", () => {
  const cursor = (resource: string, scope: string, hours: number) =>
    db.query(
      "insert into pinterest_ads_sync_cursors (resource, scope_id, loaded_at) values ($1, $2, now() - $3 * interval '1 hour')",
      resource,
      scope,
      hours,
    );
  const LIMIT_HOURS = SETTINGS.maxStalenessMs / 3_600_000;

  test("that is older than it may be is one alert per group of tables", async () => {
    await account("1", "Acme\u202e\nLtd");
    await cursor("ads", "1", LIMIT_HOURS + 1);
    await cursor("campaigns", "1", LIMIT_HOURS - 1);
    await db.query(
      `insert into pinterest_ads_loaded_days (resource, ad_account_id, attribution, date, loaded_at)
       select 'ad_analytics', '1', 'x', (now() at time zone 'UTC')::date - 5, now() - interval '5 days'`,
    );
    const [metrics, entities, ...others] = await find();
    expect(others).toEqual([]);
    expect(metrics).toMatchObject({ kind: "stale", subject: "analytics" });
    expect(entities).toMatchObject({ kind: "stale", subject: "entities" });
    expect(metrics?.details).toMatch(/^ad_analytics of Acme Ltd \(1\): last loaded \S+ \S+ UTC$/);
    expect(entities?.details).toMatch(/^ads of Acme Ltd \(1\): last loaded/);
  });

  test("of a shut account, or that no schedule refreshes, may be old", async () => {
    await account("1");
    await account("2");
    await cursor("ads", "1", LIMIT_HOURS + 1);
    await shut("1");
    expect(await names()).toEqual(["account_shut 1"]);
    await cursor("ads", "2", LIMIT_HOURS + 1);
    const schedules = new Map([...SETTINGS.schedules].filter(([name]) => name !== "entities"));
    expect(await names({ settings: { ...SETTINGS, schedules } })).toEqual(["account_shut 1"]);
    expect(await names()).toEqual(["account_shut 1", "stale entities"]);
  });

  test("that was never loaded counts once it has been tried for so long", async () => {
    await account("1");
    const tried = { ...ads, status: "failed" };
    await insertRun(db, { status: "interrupted", hoursAgo: LIMIT_HOURS - 1, slices: [tried] });
    expect(await names()).toEqual([]);
    await insertRun(db, { status: "interrupted", hoursAgo: LIMIT_HOURS + 1, slices: [tried] });
    expect(await find()).toMatchObject([
      { kind: "stale", subject: "entities", details: "ads of Account 1 (1): never loaded" },
    ]);
  });
});

describe("the token", () => {
  const seed = seedFingerprint(TOKEN.appId, "seed");
  const now = Date.UTC(2026, 5, 1);
  const keep = (row: Record<string, unknown>) => {
    const columns = Object.entries({
      app_id: TOKEN.appId,
      seed_fingerprint: seed,
      refreshed_at: new Date(now),
      ...row,
    });
    return db.query(
      `insert into pinterest_ads_oauth_tokens (${columns.map(([name]) => name).join()})
       values (${columns.map((_, index) => `$${index + 1}`).join()})`,
      ...columns.map(([, value]) => value),
    );
  };
  const endsIn = (days: number) => ({ refresh_token_expires_at: new Date(now + days * 86_400_000) });
  const refused = {
    refused_at: new Date(now),
    refused_fingerprint: chainFingerprint(TOKEN, seed),
    refused_reason: "revoked\nby <!channel>",
  };
  const stored = { token: TOKEN, now: () => now };

  test.each<[string, Record<string, unknown>, object[]]>([
    ["that lives long is well", endsIn(15), []],
    ["is told of two weeks before its end", endsIn(13.5), [{ kind: "token_expiring", level: "14" }]],
    ["is told of a week before its end", endsIn(6.5), [{ kind: "token_expiring", level: "7" }]],
    ["is told of a day before its end", endsIn(0.5), [{ kind: "token_expiring", level: "1" }]],
    [
      "that ended is refused",
      endsIn(-0.5),
      [{ kind: "token_refused", subject: "refresh_token", level: null }],
    ],
    ["that is refused is one alert", { ...endsIn(5), ...refused }, [{ kind: "token_refused" }]],
    ["of which another one was refused is well", { ...endsIn(50), ...refused, refused_fingerprint: "x" }, []],
  ])("%s", async (_, row, expected) => {
    await keep(row);
    expect(await find(stored)).toMatchObject(expected);
  });

  test("that nobody has is an alert, but not while another was configured and not yet used", async () => {
    expect(await find(stored)).toMatchObject([
      { kind: "token_refused", details: expect.stringContaining("none") },
    ]);
    await keep(endsIn(0.5));
    expect(await find({ ...stored, token: { ...TOKEN, refreshToken: "another" } })).toEqual([]);
  });

  test("is refused when the scheduler found that nobody can use it", async () => {
    const blocked = { code: "token_key_mismatch", message: "encrypted with another key" };
    await keep(endsIn(50));
    expect(await find({ ...stored, state: () => ({ ...IDLE, blocked }) })).toMatchObject([
      { kind: "token_refused", details: "encrypted with another key" },
    ]);
  });

  test("that cannot be renewed is refused when the last run says so", async () => {
    const token = { ...TOKEN, accessToken: "ready-made" };
    await insertRun(db, { status: "failed", schedules: ["entities"], errorCode: "token_refused" });
    expect(await names({ token })).toEqual(["token_refused access_token"]);
    await insertRun(db, { status: "succeeded", schedules: ["entities"], hoursAgo: 0 });
    expect(await names({ token })).toEqual([]);
  });

  test("holds the other alerts of its end and of old data as they are while it is refused", async () => {
    const alerts = openAlerts(db, stored);
    await keep(endsIn(6));
    await alerts.check();
    await db.query("update pinterest_ads_oauth_tokens set refresh_token_expires_at = $1", new Date(now - 1));
    await account("1");
    await insertRun(db, { status: "interrupted", hoursAgo: 25, slices: [ads] });
    expect(await alerts.check()).toMatchObject([
      { kind: "token_expiring", level: "7" },
      { kind: "token_refused" },
    ]);
    await db.query(
      "update pinterest_ads_oauth_tokens set refresh_token_expires_at = $1",
      new Date(now + 60 * 86_400_000),
    );
    expect(await alerts.check()).toMatchObject([{ kind: "stale" }]);
    expect(alerts.messages()).toEqual([
      "alert raised",
      "alert raised",
      "alert raised",
      "alert resolved",
      "alert resolved",
    ]);
  });
});

describe("sums that do not add up", () => {
  const now = Date.UTC(2026, 5, 30, 12);
  const today = dayOf(now);
  const differ = (daysAgo: number, metric = "spend_in_micro_dollar", id = "1") =>
    db.query(
      `insert into pinterest_ads_reconciliation (ad_account_id, date, attribution, metric, level, verdict)
       values ($1, $2, 'x', $3, 'campaign', 'differs')`,
      id,
      addDays(today, -daysAgo),
      metric,
    );
  const ready = (daysAgo: number, delivery: boolean, conversions: boolean) =>
    db.query(
      "insert into pinterest_ads_metrics_ready (date, delivery_final, conversions_final) values ($1, $2, $3)",
      addDays(today, -daysAgo),
      delivery,
      conversions,
    );

  test.each<[string, () => Promise<unknown>[], string[]]>([
    ["are an alert of their ad account", () => [differ(5), differ(4)], ["not_reconciled 1"]],
    ["may still change on days that are young", () => [differ(1)], []],
    [
      "are one at once when Pinterest calls the day final",
      () => [differ(1), ready(1, true, false)],
      ["not_reconciled 1"],
    ],
    ["are none while Pinterest calls the day open", () => [differ(6), ready(6, false, false)], []],
    [
      "of conversions wait for the conversions",
      () => [differ(6, "total_conversions"), ready(6, true, false)],
      [],
    ],
    ["are forgotten when no run reads the day again", () => [differ(33)], []],
    ["are one on the last day that is read again", () => [differ(32)], ["not_reconciled 1"]],
    ["of an ad account that is not copied are none", () => [differ(5, "impression_1", "2")], []],
  ])("%s", async (_, prepare, expected) => {
    await Promise.all(prepare());
    expect(await names({ accountIds: ["1"], now: () => now })).toEqual(expected);
  });

  test("are told with the days to load again", async () => {
    await account("1", "Acme");
    await Promise.all([differ(5), differ(9), differ(9, "impression_1")]);
    expect(await find({ now: () => now })).toMatchObject([
      {
        summary:
          "The metrics of ad account Acme (1) do not add up to its total: 3 sums from 2026-06-21 to 2026-06-25.",
        details: "impression_1, spend_in_micro_dollar; at the level of campaign.",
        next_step: expect.stringContaining("--from 2026-06-21 --to 2026-06-25 --account 1 --restart"),
      },
    ]);
  });
});

test("each field that this version does not know is an alert until its row goes", async () => {
  await db.query(
    `insert into pinterest_ads_schema_drift (resource, field, json_type, first_seen_at)
     values ('ads', 'new', 'string', '2026-01-01T12:00Z'), ('ads', $1, 'number', '2026-01-01T12:00Z')`,
    "x".repeat(2000),
  );
  expect(await names()).toEqual([
    "schema_drift ads.new",
    expect.stringMatching(/^schema_drift ads\.x{495}…$/),
  ]);
  await db.query("delete from pinterest_ads_schema_drift where field = 'new'");
  expect(await find()).toHaveLength(1);
});

test("an ad account that Pinterest shut is an alert, unless it is not copied", async () => {
  await account("1", "Acme");
  await shut("1");
  await shut("2");
  expect(await find({ accountIds: ["1"] })).toMatchObject([
    {
      kind: "account_shut",
      subject: "1",
      summary:
        "Pinterest does not let ad account Acme (1) be read since 2026-01-01 12:00 UTC; it is left out.",
      details: "permission_missing: suspended",
    },
  ]);
  await db.query("delete from pinterest_ads_shut_accounts");
  expect(await find({ accountIds: ["1"] })).toEqual([]);
});
