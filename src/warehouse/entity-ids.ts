import type { AnalyticsResource } from "../resources/define.ts";
import type { Window } from "../window.ts";
import type { Warehouse } from "./database.ts";
import { quoteIdentifier, tableName } from "./names.ts";

/**
 * Ids of every entity of an ad account that has a row, archived ones, deleted ones and stubs too, and of those that
 * only stand on rows of the metrics on these days: what is not asked for would pass for vanished. Sorted.
 */
export async function readEntityIds(
  { knex }: Warehouse,
  { analytics, entity, adAccountId, window }: MeasuredEntities,
): Promise<string[]> {
  const id = quoteIdentifier(entity.column);
  const { rows } = await knex.raw<{ rows: { id: string }[] }>(
    `select id from (
       select id from ${quoteIdentifier(tableName({ name: entity.resource }))} where ad_account_id = :account
        union
       select ${id} from ${quoteIdentifier(tableName(analytics))}
        where ad_account_id = :account and date between :from and :to) as known
      order by id collate "C"`,
    { account: adAccountId, ...window },
  );
  return rows.map((row) => row.id);
}

/** The entities that metrics of some days are about. */
export interface MeasuredEntities {
  readonly analytics: AnalyticsResource;
  readonly entity: { readonly column: string; readonly resource: string };
  readonly adAccountId: string;
  readonly window: Window;
}

/** How many entities of an ad account have a row. */
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
