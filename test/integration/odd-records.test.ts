import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listResources } from "../../src/resources/index.ts";
import type { ApiRecord, JsonValue } from "../../src/simulator/json.ts";
import { listCollections } from "../../src/simulator/listings.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import type { RunReport } from "../../src/sync/run.ts";
import type { CopiedRow, CopiedTable } from "../support/copied-table.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { canonicalJson, parseExactly } from "../support/exact-json.ts";
import { findParentIds } from "../support/parent-ids.ts";
import { openSync, type SyncUnderTest } from "../support/sync.ts";
import { compareTable, expectKept, listingOf } from "../support/truth.ts";

/**
 * Enough records for a wrong value per column, two pages of ads and product groups, and campaigns among which
 * one unreadable record is few.
 */
const SIZE = { accounts: 2, campaigns: 14, adsPerAdGroup: 8, feeds: 16, catalogs: 6, productGroups: 260 };
const names = listResources.map(({ name }) => name);

/** Values that no reading turns into the type. `jsonb` takes everything. */
const WRONG: Readonly<Record<string, JsonValue>> = {
  text: { an: "object" },
  bigint: "rather a lot",
  numeric: "a bit",
  boolean: "perhaps",
  "timestamp with time zone": "the day before yesterday",
};
/** They decide which records are listed, or they are the key, or they come from somewhere else. */
const NOT_SPOILED = ["id", "status", "ad_group_id", "ad_account_id", "owner_user_id", "owner_username"];

let database: TestDatabase;
let simulator: Simulator;
let subject: SyncUnderTest;
let report: RunReport;
let before: Map<string, CopiedTable>;
let now: Map<string, CopiedTable>;

beforeAll(async () => {
  database = await createDatabase();
  simulator = await startSimulator(SIZE);
  subject = await openSync({ url: database.url, simulator });
  report = await subject.sync();
  now = await subject.readAll();
});

afterAll(async () => {
  await subject?.[Symbol.asyncDispose]();
  await simulator?.close();
  await database?.drop();
});

async function syncAgain(): Promise<void> {
  before = now;
  report = await subject.sync();
  now = await subject.readAll();
}

const records = (name: string) =>
  listCollections(simulator.world, listingOf(name)).flatMap((collection) => collection.records);
const tableOf = (name: string, stage = now) => stage.get(name) as CopiedTable;

function rowOf(name: string, id: string, stage = now): CopiedRow | undefined {
  const found = [...tableOf(name, stage).rows].find(([key]) => key === id || key.endsWith(` ${id}`));
  return found?.[1];
}

function firstRecord(name: string): ApiRecord {
  const [record] = records(name);
  if (!record) throw new Error(`the world has no ${name}`);
  return record;
}

describe("a field that no documentation mentions", () => {
  const value = { since: 2027, tags: ["a", null], text: "nul \u0000 lone \ud83d" };

  beforeAll(async () => {
    for (const name of names) firstRecord(name)["field_of_the_future"] = value;
    await syncAgain();
  });

  test.each(names)("%s: is kept in _extra, and nothing else changes", (name) => {
    const { id } = firstRecord(name);
    const row = rowOf(name, id);
    expect(row?.extra).toBe(canonicalJson({ field_of_the_future: value }));
    expect(row?.values).toEqual(rowOf(name, id, before)?.values);
    const changed = [...tableOf(name).rows.values()].filter(({ runId }) => runId === report.id);
    expect(changed).toEqual([row]);
  });

  test.each(names)("%s: is counted as drift, and its texts as repaired", async (name) => {
    const drift = await subject.query(
      `select field, json_type, records::int, last_run_id from pinterest_ads_schema_drift where resource = '${name}'`,
    );
    const expected = {
      field: "field_of_the_future",
      json_type: "object",
      records: 1,
      last_run_id: report.id,
    };
    expect(drift).toEqual([expected]);
    const [sum] = await subject.query(
      `select sum(texts_repaired)::int as repaired from pinterest_ads_sync_slices
        where run_id = '${report.id}' and resource = '${name}'`,
    );
    expect(sum).toEqual({ repaired: 1 });
  });

  test("does not keep the run from succeeding, and is named in the log", () => {
    expect(report.status).toBe("succeeded");
    expect(subject.log()).toContain("field_of_the_future");
  });

  test("leaves _extra again when it is not sent any more", async () => {
    for (const name of names) delete firstRecord(name)["field_of_the_future"];
    await syncAgain();
    expect(await subject.findDifferences()).toEqual([]);
  });
});

describe("a value of a wrong type in a record that stands", () => {
  const spoiled = new Map<string, { record: ApiRecord; column: string; good: JsonValue }[]>();

  beforeAll(async () => {
    for (const name of names) spoiled.set(name, spoil(name));
    await syncAgain();
  });

  test("ends the run as partial, with every such record counted", () => {
    const count = [...spoiled.values()].flat().length;
    expect(report).toMatchObject({ status: "partial", failures: [], totals: { records_rejected: count } });
  });

  test.each(names)("%s: is kept with its reason, its key and its full text", async (name) => {
    const rejected = await subject.query(
      `select reason, record, record_key from pinterest_ads_rejected_records
        where run_id = '${report.id}' and resource = '${name}'`,
    );
    const cases = spoiled.get(name) ?? [];
    expect(cases.length).toBeGreaterThan(0);
    expect(rejected).toHaveLength(cases.length);
    for (const { record, column } of cases) {
      const kept = rejected.find(({ reason }) => String(reason).startsWith(`${column}: `));
      expect(kept, column).toBeDefined();
      expect(Object.values(kept?.["record_key"] as object)).toContain(record.id);
      expect(canonicalJson(parseExactly(String(kept?.["record"])))).toBe(
        expectKept(record, simulator.listSecrets()),
      );
    }
  });

  test.each(names)("%s: the row that stood is neither changed nor marked, and the others land", (name) => {
    const standing = new Set(spoiled.get(name)?.map(({ record }) => record.id));
    for (const id of standing) expect(rowOf(name, id)).toEqual(rowOf(name, id, before));
    const changed = [...tableOf(name).rows].filter(([, row]) => row.runId === report.id);
    expect(changed.filter(([, row]) => row.deletedAt !== null)).toEqual([]);
    expect(tableOf(name).rows.size).toBe(records(name).length);
  });

  test("is forgotten when the records are right again", async () => {
    for (const { record, column, good } of [...spoiled.values()].flat()) record[column] = good;
    await syncAgain();
    expect(report.status).toBe("succeeded");
    expect(report.totals).toMatchObject({ rows_inserted: 0, rows_updated: 0, rows_deleted: 0 });
    expect(await subject.findDifferences()).toEqual([]);
  });
});

test.each([
  { vanished: 1, marked: 0, what: "could be all that is missing keep it from being marked" },
  { vanished: 2, marked: 2, what: "cannot be all that is missing do not" },
])("records without a readable key that $what", async ({ vanished, marked }) => {
  const [account] = simulator.world.accounts;
  const gone = account?.campaigns.splice(-vanished, vanished) ?? [];
  const countMarked = () => gone.filter(({ id }) => rowOf("campaigns", id)?.deletedAt !== null).length;
  simulator.faults = [{ kind: "poisoned_record", poison: "missing_id", path: "/campaigns" }];
  await syncAgain();
  simulator.faults = [];
  expect(report.status).toBe("partial");
  expect(countMarked()).toBe(marked);
  await syncAgain();
  expect(report.status).toBe("succeeded");
  expect(countMarked()).toBe(vanished);
});

test.each(["ads", "product_groups"])("%s: of one key on two pages the last record wins", async (name) => {
  const [collection] = listCollections(simulator.world, listingOf(name));
  const [record] = collection?.records ?? [];
  collection?.records.push({ ...(record as ApiRecord), name: "The last one" });
  await syncAgain();
  expect(report.status).toBe("succeeded");
  expect(rowOf(name, String(record?.id))?.values["name"]).toBe("The last one");
  expect(compareTable(tableOf(name), simulator)).toEqual([]);
  collection?.records.pop();
  await syncAgain();
  expect(rowOf(name, String(record?.id))?.values["name"]).toBe(record?.["name"]);
});

/** Puts a wrong value into one record per typed column, as long as records last; the first stays right. */
function spoil(name: string) {
  const { types } = tableOf(name);
  const columns = Object.keys(types).filter(
    (column) => types[column] !== "jsonb" && !NOT_SPOILED.includes(column) && column in firstRecord(name),
  );
  const parents = findParentIds(simulator.world);
  const spoilable = records(name)
    .slice(1)
    .filter(({ id }) => !parents.has(id));
  return columns.slice(0, spoilable.length).map((column, index) => {
    const record = spoilable[index] as ApiRecord;
    const good = record[column] ?? null;
    record[column] = WRONG[types[column] ?? ""] ?? null;
    return { record, column, good };
  });
}
