import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { type MetricsUnderTest, openMetrics } from "../support/metrics-run.ts";

const LISTS = ["campaigns", "ad_groups", "ads"];
const METRICS = ["ad_account_analytics", "campaign_analytics"];
const EVERYTHING = [...LISTS, ...METRICS];

let database: TestDatabase;
let world: MetricsUnderTest;
/** The account that this is all about; the other one is well. */
let id: string;
/** What of the account is refused: everything but these. */
let granted: RegExp | undefined;

beforeAll(async () => {
  database = await createDatabase();
  world = await openMetrics({
    url: database.url,
    world: { accounts: 2, campaigns: 2 },
    settings: { startDate: "2024-02-25", method: "report" },
    alter({ url: { pathname, search } }) {
      if (!granted || !pathname.includes(`/${id}/`) || granted.test(pathname + search)) return undefined;
      return { status: 403, json: { code: 29, message: "You are not permitted to access that resource." } };
    },
  });
  id = world.simulator.world.accounts[0]?.id ?? "";
});

afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
  await database?.drop();
});

beforeEach(async () => {
  granted = undefined;
  world.simulator.faults = [];
  world.simulator.allowAccount(id);
  await world.subject.query("truncate pinterest_ads_shut_accounts");
});

/** A run, and what was asked about the account meanwhile. */
async function watch(concurrency: number) {
  world.forget();
  const report = await world.run(EVERYTHING, {}, { concurrency });
  const asked = world.asked().filter(({ path }) => path.includes(`/${id}/`));
  const probes = asked.filter(
    ({ path, query }) => path.endsWith("/campaigns") && query["page_size"]?.[0] === "1",
  );
  const ends = await world.subject.query(
    `select status, error_code, count(*)::int as slices from pinterest_ads_sync_slices
      where run_id = '${report.id}' and ad_account_id = '${id}' group by 1, 2 order by 1, 2`,
  );
  return { report, asked, probes, ends };
}

const isShut = async () =>
  (await world.subject.query("select ad_account_id from pinterest_ads_shut_accounts")).length > 0;

test("a question that gets no answer keeps the account shut: nothing else of it is asked, and the next run asks again", async () => {
  await world.run(EVERYTHING);
  world.simulator.denyAccount(id, "suspended");
  await world.run(EVERYTHING);
  expect(await isShut()).toBe(true);

  // Whether it is still refused cannot be found out, and it is not.
  world.simulator.allowAccount(id);
  world.simulator.faults = [{ kind: "internal_error", path: `${id}/campaigns` }];
  const { asked, probes, ends, report } = await watch(4);
  expect(probes.length).toBeGreaterThan(0);
  expect(asked).toHaveLength(probes.length);
  expect(ends).toEqual([
    { status: "failed", error_code: "pinterest_error", slices: 1 },
    { status: "skipped", error_code: "account_shut", slices: EVERYTHING.length },
  ]);
  expect(report.status).toBe("partial");
  expect(await isShut()).toBe(true);

  world.simulator.faults = [];
  expect(await world.run(EVERYTHING)).toMatchObject({ status: "succeeded" });
  expect(await isShut()).toBe(false);
});

test.each([1, 8])(
  "of a run, %i slices at a time, in which many are refused, the account is asked once",
  async (concurrency) => {
    // Campaigns can be read, so that the account is open.
    granted = /\/campaigns\?/;
    const { probes, ends, report } = await watch(concurrency);
    expect(probes).toHaveLength(1);
    const refused = EVERYTHING.length - 1;
    expect(report.failures.filter(({ slice }) => slice.adAccountId === id).length).toBe(refused);
    expect(ends.find(({ status }) => status === "failed")).toMatchObject({ slices: refused });
    expect(await isShut()).toBe(false);
  },
);
