import { afterAll, beforeAll, expect, test } from "vitest";
import type { ApiRecord, JsonValue } from "../../src/simulator/json.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import type { AccountWorld } from "../../src/simulator/world/world.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { openSync, type SyncUnderTest } from "../support/sync.ts";
import { compareTable } from "../support/truth.ts";

let database: TestDatabase;
let simulator: Simulator;
let subject: SyncUnderTest;

beforeAll(async () => {
  database = await createDatabase();
  simulator = await startSimulator({ accounts: 1, campaigns: 2 });
  subject = await openSync({ url: database.url, simulator });
  await subject.sync();
});

afterAll(async () => {
  await subject?.[Symbol.asyncDispose]();
  await simulator?.close();
  await database?.drop();
});

function firstOf(recordsOf: (account: AccountWorld) => readonly ApiRecord[]): ApiRecord {
  const [record] = simulator.world.accounts.flatMap(recordsOf);
  if (!record) throw new Error("the world is empty");
  return record;
}

test("whole numbers beyond 2^53 keep every digit, in columns and within JSON", async () => {
  const campaign = firstOf(({ campaigns }) => campaigns);
  const good = { ...campaign };
  const exactly = (digits: string) => JSON.rawJSON(digits) as unknown as JsonValue;
  campaign["lifetime_spend_cap"] = exactly("9223372036854775807");
  campaign["order_line_id"] = exactly("9007199254740993");
  campaign["bid_options"] = { deep: [{ down: exactly("123456789012345678901234567890") }] };
  await subject.sync();
  Object.assign(campaign, good);
  const { rows } = await subject.read("campaigns");
  expect(rows.get(`${campaign["ad_account_id"]} ${campaign.id}`)?.values).toMatchObject({
    lifetime_spend_cap: "9223372036854775807",
    order_line_id: "9007199254740993",
    bid_options: '{"deep":[{"down":123456789012345678901234567890}]}',
  });
});

test("a whole number that no bigint holds is set apart, not rounded", async () => {
  const campaign = firstOf(({ campaigns }) => campaigns);
  const good = { ...campaign };
  campaign["lifetime_spend_cap"] = JSON.rawJSON("9223372036854775808") as unknown as JsonValue;
  const report = await subject.sync();
  Object.assign(campaign, good);
  expect(report.status).toBe("partial");
  const [rejected] = await subject.query(
    `select reason, record from pinterest_ads_rejected_records where run_id = '${report.id}'`,
  );
  expect(rejected?.["reason"]).toMatch(/^lifetime_spend_cap: 9223372036854775808/);
  expect(rejected?.["record"]).toContain('"lifetime_spend_cap":9223372036854775808');
});

test("NUL and lone surrogates within JSON and texts are repaired and counted once per value", async () => {
  const adGroup = firstOf(({ adGroups }) => adGroups);
  const good = { ...adGroup };
  adGroup["name"] = "nul \u0000 low \udc00 end";
  adGroup["targeting_spec"] = { "na\u0000me": ["\ud83d", { deep: "\u0000\u0000" }] };
  const report = await subject.sync();
  expect(compareTable(await subject.read("ad_groups"), simulator)).toEqual([]);
  Object.assign(adGroup, good);
  const [sum] = await subject.query(
    `select sum(texts_repaired)::int as repaired from pinterest_ads_sync_slices where run_id = '${report.id}'`,
  );
  expect(sum).toEqual({ repaired: 2 });
});
