import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findResource, listResources } from "../../src/resources/index.ts";
import { findListing, listEntries } from "../../src/simulator/listings.ts";
import { POISON_KINDS, type PoisonedItem, type PoisonKind } from "../../src/simulator/poison.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import type { RunReport } from "../../src/sync/run.ts";
import type { CopiedRow, CopiedTable } from "../support/copied-table.ts";
import { identify } from "../support/copied-table.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { canonicalJson, parseExactly } from "../support/exact-json.ts";
import { openSync, type SyncUnderTest } from "../support/sync.ts";
import { expectKept, expectRows, expectValues, listingOf } from "../support/truth.ts";

/** One ad account, so that every path belongs to one owner. */
const SIZE = { accounts: 1, campaigns: 7 };
const names = listResources.map(({ name }) => name);
/** An ad account that does not exist would be asked for everything else; so its list is poisoned by itself. */
const OTHER_LISTS = /^\/(?!ad_accounts$)/;
const TEXTS_THAT_MUST_BE_REPAIRED: readonly PoisonKind[] = ["unstorable_text"];

let database: TestDatabase;
let simulator: Simulator;

beforeAll(async () => {
  database = await createDatabase();
});

afterAll(async () => {
  await database?.drop();
});

describe.each(POISON_KINDS)("%s", (poison) => {
  let subject: SyncUnderTest;
  let tables: Map<string, CopiedTable>;
  const reports: RunReport[] = [];

  beforeAll(async () => {
    simulator = await startSimulator(SIZE);
    subject = await openSync({ url: database.url, simulator });
    simulator.faults = [{ kind: "poisoned_record", poison, path: OTHER_LISTS }];
    reports.push(await subject.sync());
    simulator.faults = [{ kind: "poisoned_record", poison, path: /^\/ad_accounts$/ }];
    const accounts = findResource("ad_accounts");
    reports.push(await subject.sync({ resources: accounts ? [accounts] : [] }));
    tables = await subject.readAll();
  });

  afterAll(async () => {
    await subject?.[Symbol.asyncDispose]();
    await simulator?.close();
  });

  const poisonOf = (name: string) =>
    simulator.poisoned.filter(({ resource }) => resource === listingOf(name));
  const tableOf = (name: string) => tables.get(name) as CopiedTable;

  test("the run says whether everything was loaded", () => {
    const rejected = simulator.poisoned.filter(({ fate }) => fate === "rejected").length;
    expect(reports.map(({ status }) => status)).toEqual(
      rejected > 0 ? ["partial", "partial"] : ["succeeded", "succeeded"],
    );
    expect(reports.reduce((sum, { totals }) => sum + totals.records_rejected, 0)).toBe(rejected);
    expect(reports.flatMap(({ failures }) => failures)).toEqual([]);
  });

  test.each(names)("%s: the true records of the page land, and what can be loaded of the poison", (name) => {
    const table = tableOf(name);
    const expected = new Map<string, Pick<CopiedRow, "values" | "extra">>();
    for (const [key, { values }] of expectRows(table, simulator)) expected.set(key, { values, extra: null });
    for (const item of poisonOf(name).filter(({ fate }) => fate === "loaded")) {
      const row = expectPoison(table, item);
      expected.set(identify(name, row.values), row);
    }
    expect(poisonOf(name).length).toBeGreaterThan(0);
    const rows = [...table.rows].map(([key, { values, extra }]) => [key, { values, extra }] as const);
    expect(new Map(rows)).toEqual(expected);
  });

  test.each(names)("%s: what cannot be loaded is kept with its reason and full text", async (name) => {
    const rejected = await subject.query(
      `select reason, record, record_key, run_id, scope_id from pinterest_ads_rejected_records where resource = '${name}'`,
    );
    const wanted = poisonOf(name).filter(({ fate }) => fate === "rejected");
    const kept = rejected.map(({ record }) => canonicalJson(parseExactly(String(record))));
    expect(kept.toSorted()).toEqual(
      wanted.map(({ text }) => expectKept(parseExactly(text), simulator.listSecrets())).toSorted(),
    );
    for (const { reason, run_id, scope_id, record_key } of rejected) {
      expect(reason).toMatch(reasonOf(poison, tableOf(name)));
      expect(reports.map(({ id }) => id)).toContain(run_id);
      expect(scope_id).toMatch(name === "ad_accounts" ? /^\*$/ : /^\d+$/);
      if (poison === "wrong_type") expect(wanted.map(({ id }) => id)).toContain(lastKeyValue(record_key));
      else expect(record_key).toBeNull();
    }
  });

  test.each(names)("%s: undeclared fields are counted as drift", async (name) => {
    const drift = await subject.query(
      `select field, json_type, records::int from pinterest_ads_schema_drift where resource = '${name}'`,
    );
    const drifting = DRIFT[poison];
    const slices = name === "ad_accounts" ? 1 : poisonOf(name).length;
    expect(drift).toEqual(drifting ? [{ ...drifting, records: slices }] : []);
  });

  test.each(names)("%s: repaired texts are counted", async (name) => {
    const [sum] = await subject.query(
      `select coalesce(sum(texts_repaired), 0)::int as repaired from pinterest_ads_sync_slices where resource = '${name}'`,
    );
    const expected = TEXTS_THAT_MUST_BE_REPAIRED.includes(poison) ? poisonOf(name).length : 0;
    expect(sum).toEqual({ repaired: expected });
  });

  test("no secret is anywhere in the warehouse's texts or the log", async () => {
    const rejected = await subject.query("select * from pinterest_ads_rejected_records");
    const text =
      JSON.stringify([rejected, [...tables.values()].map(({ rows }) => [...rows])]) + subject.log();
    expect(simulator.listSecrets().filter((secret) => text.includes(secret))).toEqual([]);
  });
});

const REASONS: Partial<Record<PoisonKind, RegExp>> = {
  not_an_object: /not an object/,
  missing_id: /^(?:id|ad_account_id) is missing$/,
};

const EXPECTED_KINDS: Readonly<Record<string, string>> = {
  "timestamp with time zone": "a moment",
  bigint: "a whole number",
  boolean: "true or false",
  text: "a text",
  numeric: "a number",
};

/** Of a value of a wrong type: the column that was spoilt, and what its type asks for. */
function reasonOf(poison: PoisonKind, { name, types }: CopiedTable): RegExp {
  if (poison !== "wrong_type") return REASONS[poison] ?? /./;
  const [field] = findListing(listingOf(name)).wrong;
  const kind = EXPECTED_KINDS[types[field] ?? ""];
  if (kind === undefined)
    throw new Error(`${name}: no reason is known for a wrong ${types[field]} (${field})`);
  return new RegExp(`^${field}: expected ${kind}`);
}

const DRIFT: Partial<Record<PoisonKind, { field: string; json_type: string }>> = {
  unknown_field: { field: "field_of_the_future", json_type: "object" },
  big_number: { field: "number_of_the_future", json_type: "number" },
};

/** The row that a loadable poisoned item must have become. */
function expectPoison(table: CopiedTable, { text, path }: PoisonedItem): Pick<CopiedRow, "values" | "extra"> {
  const record = parseExactly(text) as Record<string, unknown>;
  const [place] = listEntries(simulator.world, listingOf(table.name));
  const feedId = place?.feedId ? (path.split("/")[3] ?? null) : null;
  const { adAccountId = null, ownerUserId = null } = place ?? {};
  const entry = { adAccountId, ownerUserId, feedId, record };
  const unknown = Object.entries(record).filter(([field]) => field.endsWith("_of_the_future"));
  return {
    values: expectValues(table.types, entry, simulator.listSecrets()),
    extra: unknown.length > 0 ? canonicalJson(Object.fromEntries(unknown)) : null,
  };
}

function lastKeyValue(key: unknown): unknown {
  return Object.values(key as Record<string, string>).find((value) => value.startsWith("99"));
}
