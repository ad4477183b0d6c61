import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import type { WorldSize } from "../../src/simulator/world/size.ts";
import type { CopiedTable } from "../support/copied-table.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { resourcesOf } from "../support/slices.ts";
import { openSync, type SyncUnderTest } from "../support/sync.ts";

let database: TestDatabase;
let simulator: Simulator;
let subject: SyncUnderTest;

beforeAll(async () => {
  database = await createDatabase();
});

afterAll(async () => {
  await database?.drop();
});

afterEach(async () => {
  await subject?.[Symbol.asyncDispose]();
  await simulator?.close();
});

async function open(size: Partial<WorldSize>): Promise<void> {
  simulator = await startSimulator(size);
  subject = await openSync({ url: database.url, simulator });
}

function firstOf<T>(values: readonly T[]): T {
  const [value] = values;
  if (value === undefined) throw new Error("the world is empty");
  return value;
}

function countMarked(tables: ReadonlyMap<string, CopiedTable>): number {
  const rows = [...tables.values()].flatMap((table) => [...table.rows.values()]);
  return rows.filter(({ deletedAt }) => deletedAt !== null).length;
}

async function countLive(name: string): Promise<number> {
  const { rows } = await subject.read(name);
  return [...rows.values()].filter(({ deletedAt }) => deletedAt === null).length;
}

test("an owner without a catalog is a success without rows", async () => {
  await open({ accounts: 2, ownersWithoutCatalog: 1 });
  const report = await subject.sync();
  expect(report).toMatchObject({ status: "succeeded", failures: [] });
  const owner = simulator.world.owners[1]?.user.id;
  const slices = await subject.query(
    `select resource, status, records::int, pages::int, error_code from pinterest_ads_sync_slices
      where owner_user_id = '${owner}' order by resource collate "C"`,
  );
  const loaded = { status: "succeeded", records: 0, error_code: null };
  // Without parents there is nobody to ask about.
  const expected = resourcesOf("owner").map(({ name, parent }) => ({
    resource: name,
    ...loaded,
    pages: parent ? 0 : 1,
  }));
  expect(slices).toEqual(expected.toSorted((one, other) => (one.resource < other.resource ? -1 : 1)));
  expect(simulator.requests.map(({ status }) => status)).toEqual(expect.arrayContaining([404, 409]));
  expect(await subject.findDifferences()).toEqual([]);
});

test("ad accounts with nothing in them are a success without rows", async () => {
  await open({ campaigns: 0, catalogs: 0, others: 0 });
  expect(await subject.sync()).toMatchObject({ status: "succeeded", totals: { rows_inserted: 2 } });
  expect(await subject.sync()).toMatchObject({ status: "succeeded", totals: { rows_updated: 0 } });
});

test("a run of lists alone, which a person watches, is booked as one", async () => {
  await open({ accounts: 1, campaigns: 1 });
  await subject.sync({ attended: true });
  expect(await subject.query("select request from pinterest_ads_sync_runs")).toEqual([
    { request: expect.objectContaining({ attended: true }) },
  ]);
  expect(
    await subject.query("select request ? 'lookback_days' as looks_back from pinterest_ads_sync_runs"),
  ).toEqual([{ looks_back: false }]);
});

test("a run with a token that sees no ad account does not succeed, and says what to do", async () => {
  await open({ accounts: 0 });
  const report = await subject.sync();
  expect(report.status).not.toBe("succeeded");
  expect(report.error?.code).toBe("account_not_visible");
  expect(report.error?.nextStep).toMatch(/pinterest-ads auth login.* role/);
});

test("nothing where 100 live rows stand fails the slice and changes nothing; accepting it marks them", async () => {
  await open({ accounts: 1, campaigns: 10, adGroupsPerCampaign: 2, adsPerAdGroup: 5, productGroups: 100 });
  await subject.sync();
  const [account, owner] = [firstOf(simulator.world.accounts), firstOf(simulator.world.owners)];
  expect([account.ads.length, owner.leaves.get("product_groups")?.made]).toEqual([100, 100]);
  account.ads.length = 0;
  // Answered 409: no catalog any more.
  owner.hasCatalog = false;
  const before = await subject.readAll();

  const report = await subject.sync();
  expect(report).toMatchObject({ status: "partial", totals: { slices_failed: 2 } });
  const failed = report.failures.map(({ slice, error }) => [slice.resource.name, error.code, error.nextStep]);
  const hint = expect.stringContaining("--accept-empty");
  expect(failed.toSorted()).toEqual([
    ["ads", "suspiciously_empty", hint],
    ["product_groups", "suspiciously_empty", hint],
  ]);
  const after = await subject.readAll();
  for (const name of ["ads", "product_groups"]) expect(after.get(name)?.rows).toEqual(before.get(name)?.rows);
  expect([...(after.get("feeds")?.rows.values() ?? [])].map(({ deletedAt }) => deletedAt)).toEqual(
    owner.feeds.map(() => expect.any(String)),
  );
  expect(report.totals.rows_deleted).toBe(countMarked(after) - countMarked(before));

  expect(await subject.sync({ acceptEmpty: true })).toMatchObject({
    status: "succeeded",
    totals: { rows_deleted: 200 },
  });
  expect([await countLive("ads"), await countLive("product_groups")]).toEqual([0, 0]);
  expect(await subject.sync()).toMatchObject({ status: "succeeded", totals: { rows_deleted: 0 } });
});

test("nothing where fewer than 100 live rows stand marks them", async () => {
  await open({ accounts: 1, campaigns: 11, adGroupsPerCampaign: 3, adsPerAdGroup: 3 });
  await subject.sync();
  expect(await countLive("ads")).toBe(99);
  firstOf(simulator.world.accounts).ads.length = 0;
  expect(await subject.sync()).toMatchObject({ status: "succeeded", totals: { rows_deleted: 99 } });
  expect(await subject.findDifferences()).toEqual([]);
});

test("rows that are marked already do not make an empty answer suspicious", async () => {
  await open({ accounts: 1, campaigns: 11, adGroupsPerCampaign: 3, adsPerAdGroup: 4 });
  await subject.sync();
  const { ads } = firstOf(simulator.world.accounts);
  ads.length = 99;
  await subject.sync();
  ads.length = 0;
  expect(await subject.sync()).toMatchObject({ status: "succeeded", totals: { rows_deleted: 99 } });
});

test("records of which none can be loaded are not an empty answer", async () => {
  await open({ accounts: 1, campaigns: 10, adGroupsPerCampaign: 2, adsPerAdGroup: 5 });
  await subject.sync();
  for (const ad of firstOf(simulator.world.accounts).ads) ad["created_time"] = "never";
  const report = await subject.sync();
  expect(report).toMatchObject({
    status: "partial",
    failures: [],
    totals: { records_rejected: 100, rows_deleted: 0 },
  });
  expect(await countLive("ads")).toBe(100);
});
