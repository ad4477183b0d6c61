import { resources } from "../../src/resources/index.ts";
import { openWarehouse } from "../../src/warehouse/database.ts";
import { type MigrationReport, migrate } from "../../src/warehouse/migrate.ts";

/** What `migrate` does, in this process: for tests that are not about starting the program. */
export async function migrateSchema(url: string, schema = "public"): Promise<MigrationReport> {
  const warehouse = openWarehouse({ url, schema, connections: 2 });
  try {
    return await migrate(warehouse, resources);
  } finally {
    await warehouse.close();
  }
}
