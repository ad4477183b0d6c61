import type { Warehouse } from "./database.ts";

/** An ad account as planning needs it. */
export interface Account {
  readonly id: string;
  readonly name: string | null;
  /** Three letters (ISO 4217), or UNK when Pinterest does not know it. */
  readonly currency: string | null;
  readonly ownerUserId: string | null;
  /** What the token may do there: OWNER, ADMIN, CATALOGS_MANAGER, … */
  readonly permissions: readonly string[];
}

/** Ad accounts that Pinterest listed last, by id. */
export async function readAccounts({ knex }: Warehouse): Promise<Account[]> {
  const rows = await knex("pinterest_ads_ad_accounts")
    .whereNull("_deleted_at")
    .orderBy("ad_account_id")
    .select("ad_account_id", "name", "currency", "owner_user_id", "permissions");
  return rows.map((row) => ({
    id: row.ad_account_id,
    name: row.name,
    currency: row.currency,
    ownerUserId: row.owner_user_id,
    permissions: Array.isArray(row.permissions) ? row.permissions : [],
  }));
}
