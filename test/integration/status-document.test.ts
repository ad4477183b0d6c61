import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chainFingerprint, seedFingerprint } from "../../src/pinterest/token-chain.ts";
import type { StatusDocument } from "../../src/serve/status/document.ts";
import { openWarehouse } from "../../src/warehouse/database.ts";
import { openLocks, runLock } from "../../src/warehouse/locks.ts";
import { startRun } from "../../src/warehouse/runs.ts";
import { addDays, dayOf } from "../../src/window.ts";
import { withDatabase } from "../support/database.ts";
import { findSecrets } from "../support/find-secrets.ts";
import { MARKUP, openStatusWorld, type StatusWorld } from "../support/status-world.ts";

let world: StatusWorld;
/** As the one run left it. */
let document: StatusDocument;

beforeAll(async () => {
  world = await openStatusWorld();
  await world.run();
  document = await world.read();
});

afterAll(() => world?.[Symbol.asyncDispose]());

/** What it says of a table of an account. */
async function judge(resource: string, account: string | undefined, accountIds?: readonly string[]) {
  const { freshness } = await world.read({ accountIds });
  return freshness.find((row) => row.resource === resource && row.scope_id === account);
}

/** A run under way, as its process holds it, until disposed. */
async function beginRun(schedules: readonly string[]) {
  const { warehouse } = world.metrics.subject;
  const id = randomUUID();
  const locks = await openLocks(warehouse);
  await locks.tryAcquire(runLock(id));
  await startRun(warehouse, { id, trigger: "schedule", request: { schedules }, version: "1" });
  return {
    id,
    kill: () => locks.close(),
    async [Symbol.asyncDispose]() {
      await world.query(`delete from pinterest_ads_sync_runs where id = '${id}'`);
      if (!locks.lost.aborted) await locks.close();
    },
  };
}

test("every table of every ad account and owner is told with its name, age and last day", () => {
  const [first, second, third] = world.accounts;
  const of = (resource: string) => document.freshness.filter((row) => row.resource === resource);
  expect(of("ad_account_analytics").map(({ scope_id, state }) => [scope_id, state])).toEqual([
    [first, "fresh"],
    [second, "fresh"],
    [third, "fresh"],
  ]);
  expect(of("campaigns").map(({ state }) => state)).toEqual(["fresh", "never_loaded", "fresh"]);
  expect(of("campaigns")[0]).toMatchObject({ scope: "ad_account", scope_name: MARKUP, loaded_through: null });
  expect(of("ad_account_analytics")[0]).toMatchObject({ loaded_through: dayOf(document.read_at.getTime()) });
  expect(of("feeds")[2]).toMatchObject({ scope: "owner", scope_name: "shop_owner_3" });
  expect(of("ad_accounts")).toMatchObject([{ scope: "token", scope_id: "*" }]);
  const resources = [...new Set(document.freshness.map(({ resource }) => resource))];
  expect(resources.slice(0, 4)).toEqual(["ad_accounts", "campaigns", "ad_groups", "ads"]);
});

test("what was loaded too long ago is stale, and fresh once it is loaded again", async () => {
  const [account] = world.accounts;
  const move = (way: "+" | "-") =>
    world.query(
      `update pinterest_ads_sync_cursors set loaded_at = loaded_at ${way} interval '25 hours' where scope_id = '${account}' and resource = 'ads'`,
    );
  await move("-");
  expect(await judge("ads", account)).toMatchObject({ state: "stale" });
  await move("+");
  expect(await judge("ads", account)).toMatchObject({ state: "fresh" });
});

test("what a run under way may be about to load needs nobody yet", async () => {
  const [account] = world.accounts;
  const move = (way: "+" | "-") =>
    world.query(
      `update pinterest_ads_sync_cursors set loaded_at = loaded_at ${way} interval '25 hours' where scope_id = '${account}' and resource = 'ads'`,
    );
  const isStale = async () =>
    (await world.read({ now: Date.now })).verdict.matters.some(({ kind }) => kind === "stale");
  await move("-");
  expect(await isStale()).toBe(true);
  {
    await using _run = await beginRun(["entities"]);
    expect(await isStale()).toBe(false);
  }
  {
    await using _run = await beginRun(["catalogs"]);
    expect(await isStale()).toBe(true);
  }
  await move("+");
});

test("an account that is not asked for any more keeps its row, and is neither fresh nor stale", async () => {
  const [first, , third] = world.accounts;
  expect(await judge("ads", third, [first ?? ""])).toMatchObject({ state: "not_wanted", age_seconds: null });
  expect(await judge("ads", first, [first ?? ""])).toMatchObject({ state: "fresh" });
});

test("totals by day are those of the warehouse, zero without delivery and null where a day is not loaded", async () => {
  const [account] = world.accounts;
  const lost = addDays(world.firstDay, 3);
  await world.query(
    `delete from pinterest_ads_loaded_days where ad_account_id = '${account}' and date = '${lost}'`,
  );
  const { daily } = await world.read();
  expect(daily.accounts.map(({ currency }) => currency)).toEqual(["USD", "EUR", "JPY"]);
  const rows = await world.query(
    `select ad_account_id || ' ' || to_char(date, 'YYYY-MM-DD') as place, spend::float8, impressions::float8,
            coalesce(total_conversions, 0)::float8 as conversions from pinterest_ads_ad_account_performance`,
  );
  const held = new Map(rows.map(({ place, ...sums }) => [place, sums]));
  const nothing = { spend: 0, impressions: 0, conversions: 0 };
  const unknown = { spend: null, impressions: null, conversions: null };
  let withDelivery = 0;
  for (const { ad_account_id, spend, impressions, conversions } of daily.accounts)
    for (const [index, day] of daily.days.entries()) {
      const told = { spend: spend[index], impressions: impressions[index], conversions: conversions[index] };
      const isLoaded = day >= world.firstDay && !(day === lost && ad_account_id === account);
      const expected = held.get(`${ad_account_id} ${day}`) ?? nothing;
      expect(told, `${ad_account_id} ${day}`).toEqual(isLoaded ? expected : unknown);
      if (isLoaded && expected !== nothing) withDelivery += 1;
    }
  expect(withDelivery).toBeGreaterThan(20);
  expect(daily.days).toHaveLength(60);
});

test("a run tells what it was for, how long it took, its counts, and which slices failed and why", () => {
  const [, refused] = world.accounts;
  const [run] = document.runs;
  expect(run).toMatchObject({
    trigger: "schedule",
    status: "partial",
    schedules: ["entities", "catalogs", "analytics"],
    slices_failed: run?.failed_slices.length,
  });
  expect(run?.duration_seconds).toBeGreaterThan(0);
  expect(run?.failed_slices[0]).toMatchObject({
    resource: "campaigns",
    ad_account_id: refused,
    error_code: "pinterest_error",
    error: expect.stringContaining(MARKUP),
  });
  expect(document.failed_slices).toEqual(run?.failed_slices);
  expect(document.run_series).toMatchObject([{ id: run?.id, rows_written: run?.rows_written }]);
});

test("of a run with very many failed slices some are told, and how many there are", async () => {
  const id = randomUUID();
  await world.query(
    `insert into pinterest_ads_sync_runs (id, trigger, status, started_at, finished_at, slices, slices_failed)
     values ('${id}', 'sync', 'failed', now(), now(), 700, 700);
     insert into pinterest_ads_sync_slices (run_id, resource, status, error)
     select '${id}', 'ads', 'failed', 'number ' || n from generate_series(1, 700) as n`,
  );
  const { runs, failed_slices } = await world.read();
  await world.query(`delete from pinterest_ads_sync_runs where id = '${id}'`);
  expect(runs[0]).toMatchObject({ id, slices_failed: 700 });
  expect(runs[0]?.failed_slices).toHaveLength(20);
  expect(failed_slices).toHaveLength(500);
});

test("a run under way tells how many of its slices have ended", async () => {
  await using run = await beginRun(["analytics"]);
  const { id } = run;
  await world.query(
    `insert into pinterest_ads_sync_slices (run_id, resource, status)
     select '${id}', 'ads', s from unnest(array['succeeded', 'failed', 'running', 'planned', 'planned']) as s`,
  );
  const { progress, runs, schedules } = await world.read();
  expect(progress).toEqual([{ run_id: id, slices: 5, slices_ended: 2 }]);
  expect(runs[0]).toMatchObject({ id, slices: null, rows_written: null, schedules: ["analytics"] });
  const analytics = schedules.find(({ schedule }) => schedule === "analytics");
  expect(analytics).toMatchObject({ running: true, due: false });
});

test("a killed run, which no other has found yet, was interrupted, and its schedule is not under way", async () => {
  await using run = await beginRun(["analytics"]);
  await world.query(
    `insert into pinterest_ads_sync_slices (run_id, resource, status, started_at, finished_at)
     values ('${run.id}', 'ads', 'succeeded', now(), now() + interval '90 seconds'), ('${run.id}', 'ads', 'running', now(), null)`,
  );
  await run.kill();
  const { runs, schedules } = await world.read();
  expect(runs[0]).toMatchObject({ id: run.id, status: "interrupted" });
  expect(Math.round(runs[0]?.duration_seconds ?? 0)).toBe(90);
  expect(schedules.find(({ schedule }) => schedule === "analytics")).toMatchObject({ running: false });
});

describe("schedules and the process that runs them", () => {
  /** A Monday. */
  const NOW = Date.UTC(2026, 10, 23, 5, 0);
  const at = (iso: string) => new Date(`${iso}Z`);

  test("each tells when it comes next, whether it is due, and how its last run ended", async () => {
    const id = document.runs[0]?.id;
    await world.query(
      `truncate pinterest_ads_schedules;
       insert into pinterest_ads_schedules (schedule, expression, handled_through, last_run_id) values
       ('entities', '0 6 * * *', '2026-11-23 00:00Z', '${id}'), ('catalogs', '0 6 * * *', '2026-11-22 18:00Z', null),
       ('analytics', '0 6 * * *', '2026-11-22 05:30Z', '${randomUUID()}')`,
    );
    const { schedules } = await world.read({ now: () => NOW });
    expect(schedules).toMatchObject([
      {
        schedule: "entities",
        due: false,
        next_at: at("2026-11-23T06:00"),
        last_run: { id, status: "partial" },
      },
      { schedule: "catalogs", due: true, next_at: at("2026-11-23T06:00"), last_run: null },
      { schedule: "analytics", due: false, next_at: at("2026-11-23T05:30"), last_run: null },
      {
        schedule: "recent_analytics",
        due: true,
        handled_through: null,
        expression: "0 */6 * * *",
        timezone: "UTC",
      },
    ]);
  });

  test.each([
    ["alive while it looked lately", "2 minutes", true],
    ["not alive when it was silent for long", "4 minutes", false],
  ])("the process is %s, and a silent one needs somebody", async (_name, silence, alive) => {
    await world.query(
      `truncate pinterest_ads_schedulers;
       insert into pinterest_ads_schedulers values ('${randomUUID()}', 'box', 7, '0.1.0', now() - interval '3 days', now() - interval '${silence}')`,
    );
    const { scheduler, verdict } = await world.read();
    await world.query("truncate pinterest_ads_schedulers");
    expect(scheduler).toMatchObject({ alive, host: "box", pid: 7 });
    expect(verdict.matters.some(({ kind }) => kind === "scheduler_silent")).toBe(!alive);
  });

  test("without one there is none, and nobody is missed", () => {
    expect(document.scheduler).toBeNull();
    expect(document.verdict.matters.map(({ kind }) => kind)).toEqual(["run_failed"]);
  });
});

describe("the token's state", () => {
  test.each([
    ["usable", "refresh_token_expires_at = now() + interval '30 days'"],
    ["expiring", "refresh_token_expires_at = now() + interval '13 days'"],
    ["dead", "refresh_token_expires_at = now() - interval '1 minute'"],
    ["refused", "refused_at = now(), refused_fingerprint = '$chain', refused_reason = 'revoked'"],
    ["usable", "refused_at = now(), refused_fingerprint = 'of another one', refused_reason = 'revoked'"],
    ["unused", "seed_fingerprint = 'of another one'"],
  ])("is %s with %s", async (state, change) => {
    const { appId, appSecret, refreshToken } = world.metrics.simulator;
    const seed = seedFingerprint(appId, refreshToken);
    const chain = chainFingerprint({ appId, appSecret }, seed);
    const ends = "refresh_token_expires_at = now() + interval '30 days'";
    await world.query(`update pinterest_ads_oauth_tokens set ${ends}`);
    await world.query(`update pinterest_ads_oauth_tokens set ${change.replace("$chain", chain)}`);
    const { token, verdict } = await world.read({ now: Date.now });
    const reset = `refused_at = null, refused_fingerprint = null, refused_reason = null, seed_fingerprint = '${seed}', ${ends}`;
    await world.query(`update pinterest_ads_oauth_tokens set ${reset}`);
    expect(token?.state).toBe(state);
    const isWell = state === "usable" || state === "unused";
    expect(verdict.matters.some(({ kind }) => kind.startsWith("token_"))).toBe(!isWell);
  });

  test("is that of the configured app, whatever others left in the warehouse", async () => {
    await world.query(
      "insert into pinterest_ads_oauth_tokens (app_id, refreshed_at, scopes) values ('other', now() + interval '1 hour', '{other}')",
    );
    const { token } = await world.read({ now: Date.now });
    const blind = { accessToken: undefined, appId: undefined, appSecret: undefined, refreshToken: undefined };
    const latest = await world.read({ now: Date.now, token: blind });
    await world.query("delete from pinterest_ads_oauth_tokens where app_id = 'other'");
    expect(token?.scopes).not.toContain("other");
    expect(latest.token?.scopes).toEqual(["other"]);
    expect(latest.verdict.matters.some(({ kind }) => kind.startsWith("token_"))).toBe(false);
  });
});

test("records that were rejected again and again are counted once", async () => {
  await world.query(
    `insert into pinterest_ads_rejected_records (run_id, resource, scope_id, record_key, reason, record, rejected_at)
     select gen_random_uuid(), 'ads', '1', jsonb_build_object('id', n % 3), 'bid: not a number', '{}', now() - n * interval '1 hour'
       from generate_series(0, 8) as n
     union all select gen_random_uuid(), 'ads', '1', '{"id": 9}', 'long ago', '{}', now() - interval '8 days'`,
  );
  const { rejected_recently } = await world.read();
  expect(rejected_recently).toMatchObject([{ resource: "ads", reason: "bid: not a number", records: 3 }]);
});

test("alerts and shut ad accounts are told, alerts that ended are not", async () => {
  const [account] = world.accounts;
  await world.query(
    `insert into pinterest_ads_alerts (kind, subject, summary, next_step, raised_at, resolved_at) values
     ('stale', 'entities', 'Old.', 'Load.', now(), null), ('stale', 'catalogs', 'Old.', 'Load.', now(), now());
     insert into pinterest_ads_shut_accounts (ad_account_id, reason, since, checked_at) values ('${account}', 'suspended', now(), now())`,
  );
  const { alerts, shut_accounts, freshness, verdict } = await world.read();
  await world.query("truncate pinterest_ads_alerts, pinterest_ads_shut_accounts");
  expect(alerts.map(({ subject }) => subject)).toEqual(["entities"]);
  expect(shut_accounts).toMatchObject([{ ad_account_id: account, name: MARKUP, reason: "suspended" }]);
  expect(verdict.matters.map(({ kind }) => kind)).toEqual(["run_failed", "stale", "account_shut"]);
  const ofShut = freshness.filter(({ scope_id }) => scope_id === account);
  expect(new Set(ofShut.map(({ state }) => state))).toEqual(new Set(["not_wanted"]));
});

test("one connection is enough, and no secret is in it", async () => {
  const { subject, simulator } = world.metrics;
  const { url, schema } = subject;
  const narrow = openWarehouse({ url, schema, connections: 1 });
  try {
    const text = JSON.stringify(await world.read({ warehouse: narrow }));
    const [stored] = await world.query(
      "select encode(refresh_token, 'base64') as secret from pinterest_ads_oauth_tokens",
    );
    const secrets = [
      simulator.appSecret,
      simulator.accessToken,
      simulator.refreshToken,
      new URL(url).password,
    ];
    const tokens = simulator.refreshTokensUsed.map(({ token }) => token);
    const all = [...secrets, ...tokens, String(stored?.["secret"])].filter((secret) => secret.length >= 8);
    expect(all.length).toBeGreaterThan(3);
    expect(findSecrets(text, all)).toEqual([]);
  } finally {
    await narrow.close();
  }
});

describe("a warehouse that cannot be read is told in words", () => {
  test("when its tables are not there yet", async () => {
    await withDatabase(async (url) => {
      const empty = openWarehouse({ url, schema: "public", connections: 1 });
      await expect(world.read({ warehouse: empty })).rejects.toMatchObject({ code: "schema_missing" });
      await empty.close();
    });
  });

  test("when nothing answers", async () => {
    const away = openWarehouse({ url: "postgres://a:b@127.0.0.1:1/none", schema: "public", connections: 1 });
    await expect(world.read({ warehouse: away })).rejects.toMatchObject({ code: "database_unreachable" });
    await away.close();
  });
});
