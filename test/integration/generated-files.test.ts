import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { renderMetricsPage } from "../../docs/metrics-page.ts";
import { resources } from "../../src/resources/index.ts";
import { readTables } from "../../src/warehouse/catalog.ts";
import type { TableDefinition } from "../../src/warehouse/ddl.ts";
import { MIGRATIONS_TABLE } from "../../src/warehouse/names.ts";
import { definePerformanceViews } from "../../src/warehouse/performance-view.ts";
import { renderSchemaSql, renderTablesPage } from "../../src/warehouse/schema-docs.ts";
import { type LiveView, readViews } from "../../src/warehouse/view-catalog.ts";
import { openTestWarehouse, type TestWarehouse } from "../support/test-warehouse.ts";

let db: TestWarehouse;
let tables: TableDefinition[];
let views: LiveView[];

beforeAll(async () => {
  db = await openTestWarehouse(resources);
  const live = await readTables(db.warehouse.knex, "public");
  views = [...(await readViews(db.warehouse.knex, "public")).values()];
  tables = [...live.values()].filter(({ name }) => !name.startsWith(MIGRATIONS_TABLE));
});

afterAll(() => db.close());

test.each<[string, () => string]>([
  ["docs/schema.sql", () => renderSchemaSql(tables, definePerformanceViews(resources))],
  ["docs/tables.md", () => renderTablesPage(tables, views, resources)],
  ["docs/metrics.md", renderMetricsPage],
])("%s is what a freshly migrated database gives", async (file, render) => {
  const committed = await readFile(file, "utf8");
  expect(committed === render(), `${file} is out of date; run: npm run generate`).toBe(true);
});

test("every table, view and column of a migrated database has a comment", () => {
  for (const table of [...tables, ...views]) {
    expect(table.comment, table.name).not.toBe("");
    for (const column of table.columns) expect(column.comment, `${table.name}.${column.name}`).not.toBe("");
  }
});

test("docs/schema.sql runs in an empty database and makes the same tables and views", async () => {
  const again = await openTestWarehouse([], "other");
  try {
    await again.query(await readFile("docs/schema.sql", "utf8"));
    const made = await readTables(again.warehouse.knex, "public");
    expect([...made.values()]).toEqual(tables.map((table) => ({ ...table, columns: table.columns })));
    expect([...(await readViews(again.warehouse.knex, "public")).values()]).toEqual(views);
  } finally {
    await again.close();
  }
});
