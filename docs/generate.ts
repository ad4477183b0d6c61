import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { resources } from "../src/resources/index.ts";
import { readTables } from "../src/warehouse/catalog.ts";
import { openWarehouse } from "../src/warehouse/database.ts";
import { startEmbedded } from "../src/warehouse/embedded/start.ts";
import { migrate } from "../src/warehouse/migrate.ts";
import { MIGRATIONS_TABLE } from "../src/warehouse/names.ts";
import { definePerformanceViews } from "../src/warehouse/performance-view.ts";
import { renderSchemaSql, renderTablesPage } from "../src/warehouse/schema-docs.ts";
import { readViews } from "../src/warehouse/view-catalog.ts";
import { renderMetricsPage } from "./metrics-page.ts";

// Writes docs/schema.sql and docs/tables.md from a database that was really migrated, and docs/metrics.md.
const directory = mkdtempSync(path.join(tmpdir(), "pinterest-ads-generate-"));
const server = await startEmbedded({ directory: path.join(directory, "postgres") });
const warehouse = openWarehouse({ url: server.url, schema: "public", connections: 2 });
try {
  await migrate(warehouse, resources);
  const live = await readTables(warehouse.knex, "public");
  const tables = [...live.values()].filter((table) => !table.name.startsWith(MIGRATIONS_TABLE));
  const views = [...(await readViews(warehouse.knex, "public")).values()];
  const schemaSql = renderSchemaSql(tables, definePerformanceViews(resources));
  writeFileSync(new URL("schema.sql", import.meta.url), schemaSql);
  writeFileSync(new URL("metrics.md", import.meta.url), renderMetricsPage());
  writeFileSync(new URL("tables.md", import.meta.url), renderTablesPage(tables, views, resources));
} finally {
  await warehouse.close();
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
}
