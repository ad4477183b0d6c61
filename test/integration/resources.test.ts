import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listResources } from "../../src/resources/index.ts";
import type { ApiRecord } from "../../src/simulator/json.ts";
import { findListing, listCollections } from "../../src/simulator/listings.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import type { Move } from "../../src/simulator/world/move.ts";
import type { RunReport } from "../../src/sync/run.ts";
import type { CopiedRow, CopiedTable } from "../support/copied-table.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { findParentIds } from "../support/parent-ids.ts";
import { openSync, type SyncUnderTest } from "../support/sync.ts";
import { compareTable, expectRows, listingOf } from "../support/truth.ts";

/** Two pages of ads per account; processing results fill the one page that Pinterest gives. */
const SIZE = { accounts: 3, adsPerAdGroup: 8, processingResultsPerFeed: 250 };
const names = listResources.map(({ name }) => name);
/** Of these Pinterest lists a part only, so that absence says nothing. */
const histories = listResources.filter(({ listing }) => listing === "first_page").map(({ name }) => name);
const snapshots = names.filter((name) => !histories.includes(name));

let database: TestDatabase;
let simulator: Simulator;
let subject: SyncUnderTest;
let report: RunReport;
let before: Stage;
let now: Stage;
const movesMet = new Set<Move["what"]>();

/** The warehouse after a run, and what the world should have made of it. */
interface Stage {
  readonly tables: ReadonlyMap<string, CopiedTable>;
  readonly truth: ReadonlyMap<string, ReadonlyMap<string, CopiedRow["values"]>>;
}

beforeAll(async () => {
  database = await createDatabase();
  simulator = await startSimulator(SIZE);
  subject = await openSync({ url: database.url, simulator });
});

afterAll(async () => {
  await subject?.[Symbol.asyncDispose]();
  await simulator?.close();
  await database?.drop();
});

async function syncAgain(): Promise<void> {
  before = now;
  report = await subject.sync();
  expect(report).toMatchObject({ status: "succeeded", error: undefined });
  const tables = await subject.readAll();
  const truth = [...tables].map(([name, table]) => {
    const rows = [...expectRows(table, simulator)].map(([key, { values }]) => [key, values] as const);
    return [name, new Map(rows)] as const;
  });
  now = { tables, truth: new Map(truth) };
}

function tableOf(name: string, stage = now): CopiedTable {
  const table = stage.tables.get(name);
  if (!table) throw new Error(`the simulator serves nothing for ${name}`);
  return table;
}

const truthOf = (name: string, stage = now) => stage.truth.get(name) ?? new Map();

async function countRows(name: string): Promise<Record<string, unknown>> {
  const [counts] = await subject.query(
    `select sum(rows_inserted)::int as inserted, sum(rows_updated)::int as updated,
            sum(rows_unchanged)::int as unchanged, sum(rows_deleted)::int as deleted
       from pinterest_ads_sync_slices where run_id = '${report.id}' and resource = '${name}'`,
  );
  return counts ?? {};
}

/** What the run should have done, judged by the world before and after it. */
function expectCounts(name: string): Record<string, number> {
  const [old, truth] = [truthOf(name, before), truthOf(name)];
  const isSame = (key: string) => JSON.stringify(old.get(key)) === JSON.stringify(truth.get(key));
  const stood = [...truth.keys()].filter((key) => tableOf(name, before).rows.has(key));
  const unchanged = stood.filter((key) => old.has(key) && isSame(key));
  return {
    inserted: truth.size - stood.length,
    updated: stood.length - unchanged.length,
    unchanged: unchanged.length,
    deleted: [...old.keys()].filter((key) => !truth.has(key)).length,
  };
}

describe("the first sync", () => {
  beforeAll(syncAgain);

  test.each(names)("%s: every field of every record lands, and nothing else", (name) => {
    expect(compareTable(tableOf(name), simulator)).toEqual([]);
    expect(tableOf(name).rows.size).toBeGreaterThan(0);
  });

  test.each(names)("%s: every value stands in a column of its kind", (name) => {
    const { types } = tableOf(name);
    const misfits = records(name).flatMap((record) =>
      Object.entries(record)
        .filter(([field, value]) => field in types && value !== null && types[field] !== kindOf(field, value))
        .map(([field, value]) => `${field}: ${JSON.stringify(value)} in ${types[field]}`),
    );
    expect([...new Set(misfits)]).toEqual([]);
  });
});

describe("a second sync of the same data", () => {
  beforeAll(syncAgain);

  test.each(names)("%s: no row is written", async (name) => {
    expect(tableOf(name).rows).toEqual(tableOf(name, before).rows);
    const unchanged = tableOf(name).rows.size;
    expect(await countRows(name)).toEqual({ inserted: 0, updated: 0, unchanged, deleted: 0 });
  });
});

describe("a record that vanishes, and comes back", () => {
  const taken = new Map<string, { id: string; restore: () => void }>();

  beforeAll(() => {
    for (const name of snapshots) taken.set(name, takeOne(name));
    return syncAgain();
  });

  test.each(snapshots)("%s: is marked as deleted, and nothing else changes", (name) => {
    expect(compareTable(tableOf(name), simulator)).toEqual([]);
    const changed = [...tableOf(name).rows].filter(
      ([key, row]) => row.xmin !== rowOf(name, key, before).xmin,
    );
    expect(changed.map(([key]) => key.split(" ").at(-1))).toEqual([taken.get(name)?.id]);
    for (const [key, { values, deletedAt, runId }] of changed) {
      expect(values).toEqual(rowOf(name, key, before).values);
      expect({ deleted: deletedAt !== null, runId }).toEqual({ deleted: true, runId: report.id });
    }
  });

  test.each(histories)("%s: what is not listed any more stays", (name) => {
    expect(tableOf(name).rows).toEqual(tableOf(name, before).rows);
  });

  describe("and comes back", () => {
    beforeAll(() => {
      for (const { restore } of taken.values()) restore();
      return syncAgain();
    });

    test.each(snapshots)("%s: stands as before, without the mark", async (name) => {
      expect(compareTable(tableOf(name), simulator)).toEqual([]);
      expect(await countRows(name)).toMatchObject({ inserted: 0, updated: 1, deleted: 0 });
    });
  });
});

describe.each([1, 1, 2])("when the world has moved on (%d days)", (days) => {
  let moves: Move[];

  beforeAll(() => {
    moves = simulator.advance(days);
    for (const { what } of moves) movesMet.add(what);
    return syncAgain();
  });

  const moved = (name: string, ...whats: Move["what"][]) =>
    moves.filter(({ resource, what }) => resource === listingOf(name) && whats.includes(what));
  const rowsOf = (name: string, id: string) =>
    [...tableOf(name).rows].filter(([key]) => key.endsWith(` ${id}`) || key === id).map(([, row]) => row);

  test.each(names)("%s: the table says what the world says", (name) => {
    expect(moves.some(({ resource }) => resource === listingOf(name))).toBe(true);
    expect(compareTable(tableOf(name), simulator)).toEqual([]);
  });

  test.each(names)("%s: exactly what moved is written", async (name) => {
    const expected = expectCounts(name);
    // What left the first page is in no answer any more, so it is not counted; it stands all the same.
    if (histories.includes(name)) expected["unchanged"] = expect.any(Number);
    expect(await countRows(name)).toEqual(expected);
    const rewritten = [...tableOf(name).rows].filter(([, row]) => row.runId === report.id);
    expect(rewritten).toHaveLength(
      Number(expected["inserted"]) + Number(expected["updated"]) + Number(expected["deleted"]),
    );
  });

  test.each(snapshots)("%s: archived ones stay, vanished ones are marked, returned ones are live", (name) => {
    const live = new Set(records(name).map(({ id }) => id));
    for (const { id, what } of moved(name, "archived", "returned", "appeared").filter(({ id }) =>
      live.has(id),
    )) {
      const [row] = rowsOf(name, id);
      expect({ id, what, deletedAt: row?.deletedAt }).toEqual({ id, what, deletedAt: null });
      if (what === "archived") expect(row?.values["status"]).toBe(findListing(listingOf(name)).archived);
    }
    for (const { id } of moved(name, "vanished").filter(({ id }) => !live.has(id)))
      for (const row of rowsOf(name, id)) expect(row.deletedAt).not.toBeNull();
  });

  test.each(histories)("%s: results that left the first page stay", (name) => {
    const perParent = Map.groupBy(tableOf(name).rows.keys(), (key) => key.split(" ").at(-2));
    expect(perParent.size).toBeGreaterThan(0);
    for (const keys of perParent.values()) expect(keys.length).toBeGreaterThan(250);
  });
});

test("all kinds of moves were met", () => {
  expect([...movesMet].toSorted()).toEqual(["appeared", "archived", "changed", "returned", "vanished"]);
});

const records = (name: string) =>
  listCollections(simulator.world, listingOf(name)).flatMap((collection) => collection.records);

function rowOf(name: string, key: string, stage: Stage): CopiedRow {
  const row = tableOf(name, stage).rows.get(key);
  if (!row) throw new Error(`${name} ${key} did not stand`);
  return row;
}

/** Takes a record out of the world: the first that no other listing is asked by. */
function takeOne(name: string): { id: string; restore: () => void } {
  const parents = findParentIds(simulator.world);
  const collections = listCollections(simulator.world, listingOf(name));
  const from = collections.find((collection) => collection.records.length > 1)?.records ?? [];
  const position = from.findLastIndex(({ id }) => !parents.has(id));
  const [record] = from.splice(position, 1);
  if (!record) throw new Error(`there is nothing to take from ${name}`);
  return { id: record.id, restore: () => from.splice(position, 0, record) };
}

/** The Postgres type that the design asks for, judged by the name and the value alone. */
function kindOf(field: string, value: ApiRecord[string]): string {
  if (typeof value === "object") return "jsonb";
  if (typeof value === "boolean") return "boolean";
  if (/_(?:time|at)$/.test(field)) return "timestamp with time zone";
  if (typeof value === "string") return "text";
  return Number.isInteger(value) ? "bigint" : "numeric";
}
