import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ColumnType } from "../../src/resources/column.ts";
import type { Resource } from "../../src/resources/define.ts";
import { resources } from "../../src/resources/index.ts";
import { openWarehouse, type Warehouse } from "../../src/warehouse/database.ts";
import { migrate } from "../../src/warehouse/migrate.ts";
import { createDatabase, execute, type TestDatabase } from "../support/database.ts";

const SCHEMA = "columns under test";

const POSTGRES_TYPES: Record<ColumnType, string> = {
  text: "text",
  bigint: "bigint",
  numeric: "numeric",
  double: "double precision",
  boolean: "boolean",
  timestamptz: "timestamp with time zone",
  date: "date",
  jsonb: "jsonb",
};
const METADATA = { _run_id: "uuid", _synced_at: "timestamp with time zone", _extra: "jsonb" };

let database: TestDatabase;
let warehouse: Warehouse;

beforeAll(async () => {
  database = await createDatabase();
  warehouse = openWarehouse({ url: database.url, schema: SCHEMA, connections: 2 });
  await migrate(warehouse, resources);
});

afterAll(async () => {
  await warehouse?.close();
  await database?.drop();
});

interface LiveColumn {
  name: string;
  type: string;
  not_null: boolean;
  comment: string | null;
  table_comment: string | null;
}

async function readLive({ name }: Resource): Promise<LiveColumn[]> {
  const rows = await execute(
    database.url,
    `select attname as name, format_type(atttypid, atttypmod) as type, attnotnull as not_null,
            col_description(attrelid, attnum) as comment, obj_description(attrelid, 'pg_class') as table_comment
       from pg_attribute
      where attrelid = '"${SCHEMA}".pinterest_ads_${name}'::regclass and attnum > 0 and not attisdropped`,
  );
  return rows as unknown as LiveColumn[];
}

describe.each(resources)("$name", (resource) => {
  test("every declared column stands in the catalog with its type and comment", async () => {
    const live = (await readLive(resource)).filter(({ name }) => !name.startsWith("_"));
    expect(live.map(({ name, type, comment }) => ({ name, type, comment })).toSorted(byName)).toEqual(
      resource.columns
        .map(({ name, type, comment }) => ({ name, type: POSTGRES_TYPES[type], comment }))
        .toSorted(byName),
    );
  });

  test("the table says what it holds", async () => {
    const [column] = await readLive(resource);
    expect(column?.table_comment).toBe(resource.description);
  });

  test("the metadata stands beside them, with comments", async () => {
    const live = (await readLive(resource)).filter(({ name }) => name.startsWith("_"));
    const list = resource.kind === "list" ? resource : undefined;
    const deletable = list?.listing === "full" ? { _deleted_at: "timestamp with time zone" } : {};
    const stubs = list?.idFilter === undefined ? {} : { _stub: "boolean" };
    expect(Object.fromEntries(live.map(({ name, type }) => [name, type]))).toEqual({
      ...METADATA,
      ...deletable,
      ...stubs,
    });
    expect(live.filter(({ comment }) => !comment)).toEqual([]);
  });

  test("exactly the columns of the key refuse nulls, and the key is the primary key", async () => {
    const live = await readLive(resource);
    const required = live.filter(({ not_null }) => not_null).map(({ name }) => name);
    expect(required.toSorted()).toEqual([...resource.key].toSorted());
    const [key] = await execute(
      database.url,
      `select pg_get_constraintdef(oid) as definition from pg_constraint
        where conrelid = '"${SCHEMA}".pinterest_ads_${resource.name}'::regclass and contype = 'p'`,
    );
    expect(key?.["definition"]).toBe(`PRIMARY KEY (${resource.key.join(", ")})`);
  });
});

const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1);
