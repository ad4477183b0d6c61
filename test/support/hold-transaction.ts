import type { Client } from "pg";
import { type Warehouse, withConnection } from "../../src/warehouse/database.ts";

/** Runs `work` in a transaction that it may commit; when it fails, nothing is left open for others to wait on. */
export async function holdTransaction(
  warehouse: Warehouse,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  await withConnection(warehouse, async (client) => {
    await client.query("begin");
    try {
      await work(client);
    } catch (error) {
      await client.query("rollback");
      throw error;
    }
  });
}
