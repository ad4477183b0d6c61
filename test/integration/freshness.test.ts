import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type FreshnessRow, readFreshness } from "../../src/warehouse/freshness.ts";
import { DEFAULT, measured } from "../support/metrics.ts";
import { openTestWarehouse, type TestWarehouse } from "../support/test-warehouse.ts";

const COPIED = measured.filter(({ name }) =>
  ["ad_accounts", "campaigns", "feeds", "campaign_analytics"].includes(name),
);
const DAY_S = 86_400;

let db: TestWarehouse;

beforeAll(async () => {
  db = await openTestWarehouse(measured);
});

afterAll(() => db.close());

beforeEach(async () => {
  await db.query(
    `truncate pinterest_ads_ad_accounts, pinterest_ads_shut_accounts, pinterest_ads_sync_cursors,
       pinterest_ads_loaded_days`,
  );
});

const addAccount = (id: string, owner: string, { deleted = false } = {}) =>
  db.query(
    `insert into pinterest_ads_ad_accounts (ad_account_id, owner_user_id, _deleted_at)
     values ($1, $2, case when $3::boolean then now() end)`,
    id,
    owner,
    deleted,
  );

/** Metrics of the day so many days ago, loaded so many days after that day. */
const loadDay = (daysAgo: number, daysLater: number) =>
  db.query(
    `insert into pinterest_ads_loaded_days (resource, ad_account_id, attribution, date, loaded_at)
     values ('campaign_analytics', '1', $1, (now() at time zone 'UTC')::date - $2::int,
             now() - ($2::int - $3::int) * interval '1 day')`,
    DEFAULT,
    daysAgo,
    daysLater,
  );

const read = (accountIds?: readonly string[]) => readFreshness(db.warehouse, COPIED, accountIds);
const places = (rows: readonly FreshnessRow[]) => rows.map((row) => `${row.resource} ${row.scope_id}`);

test("there is a row for each place that is to be copied, loaded or not", async () => {
  await addAccount("1", "10");
  await addAccount("2", "10");
  const rows = await read();
  expect(places(rows)).toEqual([
    "ad_accounts *",
    "campaign_analytics 1",
    "campaign_analytics 2",
    "campaigns 1",
    "campaigns 2",
    "feeds 10",
  ]);
  for (const row of rows) expect(row).toMatchObject({ fresh_at: null, age_seconds: null });
});

test("accounts that Pinterest no longer lists, that are shut or were not asked for are none, nor are their owners", async () => {
  await addAccount("1", "10");
  await addAccount("2", "20", { deleted: true });
  await addAccount("3", "30");
  await addAccount("4", "40");
  await db.query("insert into pinterest_ads_shut_accounts (ad_account_id) values ('3')");
  const first = ["ad_accounts *", "campaign_analytics 1", "campaigns 1", "feeds 10"];
  expect(places(await read(["1", "2", "3"]))).toEqual(first);
  expect(places(await read())).toHaveLength(first.length + 3);
});

test.each<[string, readonly (readonly [daysAgo: number, daysLater: number])[], number | undefined]>([
  ["today, loaded now", [[0, 0]], 0],
  ["yesterday, loaded now", [[1, 1]], 0],
  ["the day before, loaded now: a backfill makes nothing fresh", [[2, 2]], undefined],
  [
    "old days, loaded now",
    [
      [300, 300],
      [30, 30],
    ],
    undefined,
  ],
  ["last week, loaded then", [[7, 0]], 7],
  ["last week, loaded the day after", [[7, 1]], 6],
  [
    "last week, loaded then, and older days now",
    [
      [7, 1],
      [8, 8],
      [9, 9],
    ],
    6,
  ],
  ["longer ago than is looked back", [[401, 0]], undefined],
])("metrics of %s", async (_what, days, ageDays) => {
  await addAccount("1", "10");
  for (const [daysAgo, daysLater] of days) await loadDay(daysAgo, daysLater);
  const row = (await read()).find(({ resource }) => resource === "campaign_analytics");
  if (ageDays === undefined) expect(row).toMatchObject({ fresh_at: null, age_seconds: null });
  else expect(Math.round((row?.age_seconds ?? Number.NaN) / DAY_S)).toBe(ageDays);
});

test("lists are as fresh as their last load", async () => {
  await addAccount("1", "10");
  await db.query(
    "insert into pinterest_ads_sync_cursors (resource, scope_id, loaded_at) values ('campaigns', '1', now() - interval '2 days')",
  );
  const row = (await read()).find(({ resource }) => resource === "campaigns");
  expect(Math.round((row?.age_seconds ?? Number.NaN) / DAY_S)).toBe(2);
});
