import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { chainFingerprint, seedFingerprint } from "../../src/pinterest/token-chain.ts";
import type { AlertsOptions } from "../../src/serve/alerts/alerts.ts";
import { addDays, dayOf } from "../../src/window.ts";
import { clearBooks, IDLE, insertRun, openAlerts, SETTINGS, TOKEN } from "../support/alerts.ts";
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

const ads = { resource: "ads", adAccountId: "1" };

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

  test("is no news while a run may be about to load it, unless that takes as long as data may be old", async () => {
    await account("1");
    await cursor("ads", "1", LIMIT_HOURS + 1);
    const running = (hours: number) => ({
      state: () => ({
        ...IDLE,
        running: { schedules: ["entities"] as const, since: Date.now() - hours * 3_600_000 },
      }),
    });
    expect(await names(running(0))).toEqual([]);
    expect(await names(running(LIMIT_HOURS + 1))).toEqual(["stale entities"]);
    // Nor is it over before it is loaded.
    expect(await names(running(0))).toEqual(["stale entities"]);
  });

  test("is news while a run is under way that loads something else", async () => {
    await account("1");
    await cursor("ads", "1", LIMIT_HOURS + 1);
    const since = Date.now();
    for (const schedule of ["catalogs", "analytics", "recent_analytics"] as const)
      expect(await names({ state: () => ({ ...IDLE, running: { schedules: [schedule], since } }) })).toEqual([
        "stale entities",
      ]);
  });

  test("that was never loaded counts once it has been tried for so long", async () => {
    await account("1");
    const run = { status: "interrupted", trigger: "schedule", slices: [{ ...ads, status: "failed" }] };
    await insertRun(db, { ...run, hoursAgo: LIMIT_HOURS - 1 });
    expect(await names()).toEqual([]);
    await insertRun(db, { ...run, hoursAgo: LIMIT_HOURS + 1 });
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
    [
      "that is refused is one alert, for which the app's own settings may be the reason",
      { ...endsIn(5), ...refused },
      [{ kind: "token_refused", next_step: expect.stringContaining("PINTEREST_APP_SECRET") }],
    ],
    ["of which another one was refused is well", { ...endsIn(50), ...refused, refused_fingerprint: "x" }, []],
  ])("%s", async (_, row, expected) => {
    await keep(row);
    expect(await find(stored)).toMatchObject(expected);
  });

  test("that nobody has is an alert, but not while another was configured and not yet used", async () => {
    expect(await find(stored)).toMatchObject([
      { kind: "token_refused", summary: expect.stringContaining("no Pinterest token yet"), details: null },
    ]);
    await keep(endsIn(0.5));
    expect(await find({ ...stored, token: { ...TOKEN, refreshToken: "another" } })).toEqual([]);
  });

  test("is refused when the scheduler found that nobody can use it", async () => {
    const blocked = { code: "token_key_mismatch", message: "encrypted with another key" };
    await keep(endsIn(50));
    expect(await find({ ...stored, state: () => ({ ...IDLE, blocked }) })).toMatchObject([
      {
        kind: "token_refused",
        details: "encrypted with another key",
        next_step: expect.stringMatching(/^Restore the former TOKEN_ENCRYPTION_KEY/),
      },
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
    ["are forgotten after two months", () => [differ(60)], []],
    ["are one until then", () => [differ(59)], ["not_reconciled 1"]],
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

test("sums that do not add up are not mended by their account being shut", async () => {
  const now = Date.UTC(2026, 5, 30, 12);
  const options = { now: () => now };
  await db.query(
    `insert into pinterest_ads_reconciliation (ad_account_id, date, attribution, metric, level, verdict)
     values ('1', '2026-06-25', 'x', 'impression_1', 'campaign', 'differs')`,
  );
  await account("1");
  expect(await names(options)).toEqual(["not_reconciled 1"]);
  await shut("1");
  expect(await names(options)).toEqual(["account_shut 1", "not_reconciled 1"]);
  await db.query("delete from pinterest_ads_shut_accounts");
  const alerts = openAlerts(db, options);
  expect((await alerts.check()).map(({ kind }) => kind)).toEqual(["not_reconciled"]);
  expect(alerts.messages()).toEqual(["alert resolved"]);
});

test("each field that this version does not know is an alert until its row goes, whatever its length", async () => {
  await db.query(
    `insert into pinterest_ads_schema_drift (resource, field, json_type, first_seen_at)
     select 'ads', field, 'string', '2026-01-01T12:00Z' from unnest($1::text[]) as field`,
    ["new", `${"x".repeat(2000)}a`, `${"x".repeat(2000)}b`],
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
