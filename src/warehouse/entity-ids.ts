import type { Warehouse } from "./database.ts";
import { tableName } from "./names.ts";

/** Ids of every entity of an ad account that has a row: archived ones, deleted ones and stubs too. Sorted. */
export async function readEntityIds(
  { knex }: Warehouse,
  listResourceName: string,
  adAccountId: string,
): Promise<string[]> {
  return knex(tableName({ name: listResourceName }))
    .where({ ad_account_id: adAccountId })
    .orderByRaw('id collate "C"')
    .pluck("id");
}

/** How many `readEntityIds` would read. */
export async function countEntityIds(
  { knex }: Warehouse,
  listResourceName: string,
  adAccountId: string,
): Promise<number> {
  const [row] = await knex(tableName({ name: listResourceName }))
    .where({ ad_account_id: adAccountId })
    .count<{ count: string }[]>({ count: "*" });
  return Number(row?.count ?? 0);
}
