import { describe, expect, test } from "vitest";
import type { ColumnDefinition, TableDefinition } from "../../src/warehouse/ddl.ts";
import { diffSchema } from "../../src/warehouse/schema-diff.ts";

const column = (name: string, changes: Partial<ColumnDefinition> = {}): ColumnDefinition => ({
  name,
  type: "text",
  notNull: false,
  comment: `About ${name}.`,
  ...changes,
});
const table: TableDefinition = {
  name: "t",
  comment: "A table.",
  columns: [column("account", { notNull: true }), column("id", { notNull: true }), column("name")],
  key: ["account", "id"],
};
const [account, id, name] = table.columns as [ColumnDefinition, ColumnDefinition, ColumnDefinition];

function diff(live: Partial<TableDefinition> | undefined) {
  return diffSchema("s", [table], new Map(live ? [["t", { ...table, ...live }]] : []));
}

test("equal tables need nothing", () => {
  expect(diff({})).toEqual({ statements: [], conflicts: [], missing: [] });
});

test("a missing table is created with all its comments", () => {
  const { statements, conflicts, missing } = diff(undefined);
  expect(statements.map((statement) => statement.split(" ").slice(0, 3).join(" "))).toEqual([
    'create table "s"."t"',
    "comment on table",
    "comment on column",
    "comment on column",
    "comment on column",
  ]);
  expect([conflicts, missing]).toEqual([[], ["t"]]);
});

describe("what can be added is added", () => {
  test.each<[string, Partial<TableDefinition>, string[], string[]]>([
    [
      "a missing column",
      { columns: [account, id] },
      ['alter table "s"."t" add column "name" text', `comment on column "s"."t"."name" is 'About name.'`],
      ["t.name"],
    ],
    [
      "another column comment",
      { columns: [account, id, column("name", { comment: "" })] },
      [`comment on column "s"."t"."name" is 'About name.'`],
      [],
    ],
    ["another table comment", { comment: "Old." }, [`comment on table "s"."t" is 'A table.'`], []],
    ["another order of columns", { columns: [name, id, account] }, [], []],
    ["a nullable column of somebody else", { columns: [...table.columns, column("note")] }, [], []],
  ])("%s", (_, live, statements, missing) => {
    expect(diff(live)).toEqual({ statements, conflicts: [], missing });
  });
});

describe("what adding cannot mend is listed", () => {
  test.each<[string, Partial<TableDefinition>, string]>([
    [
      "another type",
      { columns: [account, id, column("name", { type: "bigint" })] },
      "t.name is bigint, expected text",
    ],
    ["a missing key column", { columns: [account, name] }, "t.id is part of the key and does not exist"],
    ["another key", { key: ["id", "account"] }, "t has the key (id, account), expected (account, id)"],
    ["no key", { key: [] }, "t has the key (), expected (account, id)"],
    [
      "a column of somebody else that refuses nulls",
      { columns: [...table.columns, column("note", { notNull: true })] },
      "t.note is not known to this version and refuses nulls",
    ],
  ])("%s", (_, live, conflict) => {
    expect(diff(live).conflicts).toEqual([conflict]);
  });

  test("all of it at once, over all tables", () => {
    const other = { ...table, name: "u" };
    const live = new Map([
      ["t", { ...table, key: [] }],
      ["u", { ...other, columns: [account, id, column("name", { type: "date" })] }],
    ]);
    expect(diffSchema("s", [table, other], live).conflicts).toHaveLength(2);
  });
});

test("tables that only the database has are left alone", () => {
  expect(diffSchema("s", [], new Map([["t", table]]))).toEqual({
    statements: [],
    conflicts: [],
    missing: [],
  });
});
