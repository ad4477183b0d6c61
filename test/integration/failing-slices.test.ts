import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Timeouts } from "../../src/pinterest/http.ts";
import type { FaultRule } from "../../src/simulator/faults.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import type { RunReport } from "../../src/sync/run.ts";
import type { CopiedRow } from "../support/copied-table.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { openSync, type SyncUnderTest } from "../support/sync.ts";

/** Three pages of ads per ad account. */
const SIZE = { campaigns: 4, adsPerAdGroup: 50, feeds: 2, processingResultsPerFeed: 2 };
const TIMEOUTS: Timeouts = { connect: 2_000, response: 500, request: 10_000 };

/** What never gets better on the third page, and the code and words it fails with. */
const FAILURES: readonly (Omit<FaultRule, "path"> & { code: string; says: RegExp })[] = [
  { kind: "repeated_bookmark", skip: 1, code: "repeated_bookmark", says: /the same bookmark twice/ },
  {
    kind: "internal_error",
    skip: 2,
    code: "pinterest_error",
    says: /answered 500, code 500: Something went wrong/,
  },
  { kind: "unavailable", skip: 2, code: "pinterest_error", says: /answered 503/ },
  { kind: "html", skip: 2, code: "invalid_response", says: /answered 200.*not complete JSON/ },
  { kind: "missing_items", skip: 2, code: "invalid_response", says: /answered 200.*no items/ },
  { kind: "cut_json", skip: 2, code: "invalid_response", says: /answered 200.*not complete JSON/ },
  { kind: "truncated_body", skip: 2, code: "pinterest_unreachable", says: /failed: / },
  { kind: "connection_reset", skip: 2, code: "pinterest_unreachable", says: /failed: / },
  { kind: "hang", skip: 2, code: "pinterest_unreachable", says: /failed: / },
];
const ATTEMPTS = 6;

let database: TestDatabase;
let simulator: Simulator;
let subject: SyncUnderTest;
let accountId: string;

beforeAll(async () => {
  database = await createDatabase();
  simulator = await startSimulator(SIZE);
  subject = await openSync({ url: database.url, simulator, timeouts: TIMEOUTS });
  accountId = simulator.world.accounts[0]?.id ?? "";
});

afterAll(async () => {
  await subject?.[Symbol.asyncDispose]();
  await simulator?.close();
  await database?.drop();
});

async function syncWith(rule: FaultRule): Promise<RunReport> {
  simulator.faults = [rule];
  simulator.requests.length = 0;
  const report = await subject.sync();
  simulator.faults = [];
  return report;
}

async function readAds(id: string): Promise<Map<string, CopiedRow>> {
  const { rows } = await subject.read("ads");
  return new Map([...rows].filter(([, row]) => row.values["ad_account_id"] === id));
}

async function readSlice(report: RunReport, resource: string, id: string) {
  const [row] = await subject.query(
    `select status, error_code, error, pages::int, records::int, api_calls::int, rows_inserted, rows_deleted
       from pinterest_ads_sync_slices
      where run_id = '${report.id}' and resource = '${resource}' and ad_account_id = '${id}'`,
  );
  return row;
}

test("a listing that breaks on its third page leaves nothing behind, and the other slices load", async () => {
  const report = await syncWith({ kind: "internal_error", path: `${accountId}/ads`, skip: 2 });
  expect(report.status).toBe("partial");
  expect((await readAds(accountId)).size).toBe(0);
  expect(await subject.findDifferences(["campaigns", "ad_groups", "product_group_promotions"])).toEqual([]);
  expect(await subject.sync()).toMatchObject({ status: "succeeded" });
  expect(await subject.findDifferences()).toEqual([]);
});

describe("a slice that fails for good on its third page", () => {
  test.each(FAILURES)(
    "$kind: stands as before, without a mark; the others load",
    async ({ code, says, ...rule }) => {
      const before = await readAds(accountId);
      simulator.advance();
      const report = await syncWith({ ...rule, path: `${accountId}/ads` });

      expect(report).toMatchObject({ status: "partial", totals: { slices_failed: 1 }, error: { code } });
      expect(await readAds(accountId)).toEqual(before);
      const slice = await readSlice(report, "ads", accountId);
      expect(slice).toMatchObject({
        status: "failed",
        error_code: code,
        pages: 2,
        records: 500,
        rows_inserted: null,
      });
      expect(slice?.["error"]).toMatch(says);
      const asked = simulator.requests.filter(({ path }) => path.endsWith(`${accountId}/ads`));
      expect(slice?.["api_calls"]).toBe(asked.length);
      if (rule.kind !== "repeated_bookmark") expect(asked).toHaveLength(2 + ATTEMPTS);
      const others = await subject.findDifferences();
      expect(others.filter((line) => !line.startsWith(`ads ${accountId} `))).toEqual([]);

      expect(await subject.sync()).toMatchObject({ status: "succeeded" });
      expect(await subject.findDifferences()).toEqual([]);
    },
  );

  test("says what was asked, what came and which request it was, without the token", async () => {
    const report = await syncWith({ kind: "internal_error", path: `${accountId}/ads` });
    const slice = await readSlice(report, "ads", accountId);
    expect(slice?.["error"]).toMatch(
      /^GET http:\S+\/ads\?page_size=250\S* answered 500, code 500: .+x-pinterest-rid \d+/,
    );
    const [run] = await subject.query(
      `select error_code, error from pinterest_ads_sync_runs where id = '${report.id}'`,
    );
    expect(run).toEqual({ error_code: slice?.["error_code"], error: slice?.["error"] });
    const text = JSON.stringify([slice, run, report.error]) + subject.log();
    expect(simulator.listSecrets().filter((secret) => text.includes(secret))).toEqual([]);
  });
});

test("a child is not asked with parents that were not loaded, and nothing of it is marked", async () => {
  const before = await subject.read("product_group_promotions");
  simulator.advance();
  const report = await syncWith({ kind: "internal_error", path: `${accountId}/ad_groups` });
  const slice = await readSlice(report, "product_group_promotions", accountId);
  expect(slice).toMatchObject({ status: "skipped", error_code: "parent_failed", api_calls: 0 });
  const after = await subject.read("product_group_promotions");
  const own = ({ rows }: typeof after) =>
    [...rows].filter(([, row]) => row.values["ad_account_id"] === accountId);
  expect(own(after)).toEqual(own(before));
  expect(await subject.sync()).toMatchObject({ status: "succeeded" });
  expect(await subject.findDifferences()).toEqual([]);
});

test("without the list of ad accounts nothing is loaded, and the run says so", async () => {
  const before = await subject.readAll();
  const report = await syncWith({ kind: "unavailable", path: /^\/ad_accounts$/ });
  expect(report).toMatchObject({ status: "failed", totals: { slices: 1, slices_failed: 1 } });
  expect(simulator.requests.every(({ path }) => path === "/ad_accounts")).toBe(true);
  expect(await subject.readAll()).toEqual(before);
});
