import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { findShutAccounts, reopenAccount } from "../../src/warehouse/shut-accounts.ts";
import { addDays, type Day } from "../../src/window.ts";
import { DEFAULT } from "../support/metrics.ts";
import { openTestWarehouse, type TestWarehouse } from "../support/test-warehouse.ts";

const TODAY: Day = "2026-03-20";
const DAYS = { from: "2026-01-01", today: TODAY, settledAfterDays: 3 };
const ago = (days: number): Day => addDays(TODAY, -days);

let db: TestWarehouse;

beforeAll(async () => {
  db = await openTestWarehouse([]);
});

afterAll(() => db.close());

beforeEach(async () => {
  await db.query("truncate pinterest_ads_loaded_days, pinterest_ads_shut_accounts");
  await db.query(
    "insert into pinterest_ads_shut_accounts (ad_account_id, since) values ('1', now()), ('2', now())",
  );
});

/** Ten days of metrics, the last of them so many days ago. */
const loadThrough = (daysAgo: number, resource = "ads", adAccountId = "1", attribution = DEFAULT) =>
  db.query(
    `insert into pinterest_ads_loaded_days (resource, ad_account_id, attribution, date)
     select $1, $2, $3, day::date from generate_series($4::date - 9, $4::date, interval '1 day') as day`,
    resource,
    adAccountId,
    attribution,
    ago(daysAgo),
  );

/** For each series how many days count as loaded, and the last of them in days before today. */
async function left(): Promise<Record<string, readonly [days: number, lastDaysAgo: number]>> {
  const rows = await db.query<{ series: string; days: number; ago: number }>(
    `select resource || ' ' || ad_account_id as series, count(*)::int as days, ($1::date - max(date))::int as ago
       from pinterest_ads_loaded_days group by 1`,
    TODAY,
  );
  return Object.fromEntries(rows.map(({ series, days, ago }) => [series, [days, ago] as const]));
}

const reopen = (changes: Partial<typeof DAYS> = {}) =>
  reopenAccount(db.warehouse, "1", { ...DAYS, ...changes });

test("days whose numbers may have changed since they were last read count as not loaded, of this account alone", async () => {
  await loadThrough(5);
  await loadThrough(5, "ads", "2");
  await reopen();
  expect(await left()).toEqual({ "ads 1": [7, 8], "ads 2": [10, 5] });
  expect((await findShutAccounts(db.warehouse, ["1", "2"])).map(({ adAccountId }) => adAccountId)).toEqual([
    "2",
  ]);
});

test.each([
  ["today", 0, 10],
  ["yesterday", 1, 10],
  ["the day before", 2, 7],
])("an account that was last read up to %s", async (_what, daysAgo, days) => {
  await loadThrough(daysAgo);
  await reopen();
  expect((await left())["ads 1"]?.[0]).toBe(days);
});

test("series that were a day behind the freshest were kept up to date; what was given up before is left alone", async () => {
  for (const [resource, daysAgo] of [
    ["freshest", 5],
    ["a_day_behind", 6],
    ["two_days_behind", 7],
    ["given_up", 60],
  ] as const)
    await loadThrough(daysAgo, resource);
  await reopen();
  expect(await left()).toEqual({
    "freshest 1": [7, 8],
    "a_day_behind 1": [7, 9],
    "two_days_behind 1": [10, 7],
    "given_up 1": [10, 60],
  });
});

test("attribution settings are series of their own", async () => {
  await loadThrough(5, "ads", "1", DEFAULT);
  await loadThrough(20, "ads", "1", "7/7/1 TIME_OF_AD_ACTION");
  await reopen();
  expect(
    await db.query(
      "select attribution, count(*)::int as days from pinterest_ads_loaded_days group by 1 order by 1",
    ),
  ).toEqual([
    { attribution: DEFAULT, days: 7 },
    { attribution: "7/7/1 TIME_OF_AD_ACTION", days: 10 },
  ]);
});

test("days that no run would read again are kept", async () => {
  await loadThrough(5);
  await reopen({ from: ago(6) });
  expect(await left()).toEqual({ "ads 1": [8, 7] });
});
