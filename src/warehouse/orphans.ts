import type { Column } from "../resources/column.ts";
import type { AnalyticsResource, ListResource } from "../resources/define.ts";
import type { Window } from "../window.ts";
import type { Warehouse } from "./database.ts";
import { quoteIdentifier, tableName } from "./names.ts";

/**
 * Ids that stand on metrics of an ad account on these days, of whatever attribution setting, and have no row at all in
 * their entity's table, sorted, by the entity's name. An entity may be the one that the metrics are about or one above
 * it, whose id they repeat; without a column for it there are none. The metrics are read once for all entities.
 */
export async function findOrphans(
  { knex }: Warehouse,
  analytics: AnalyticsResource,
  entities: readonly ListResource[],
  adAccountId: string,
  window: Window,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const known = entities.flatMap((entity) => {
    const column = findIdColumn(analytics, entity);
    return column ? [{ entity, id: quoteIdentifier(column.name), absent: column.absent ?? null }] : [];
  });
  if (known.length === 0) return new Map();
  const orphans = known.map(
    ({ entity, id }, nth) => `
      select ${nth} as entity, id from (select distinct ${id} as id from seen where ${id} is distinct from ?) as s
       where not exists (select from ${quoteIdentifier(tableName(entity))} as e
                          where e.ad_account_id = ? and e.id = s.id)`,
  );
  const { rows } = await knex.raw<{ rows: { entity: number; id: string }[] }>(
    `with seen as materialized (
       select distinct ${known.map(({ id }) => `t.${id}`).join(", ")}
         from ${quoteIdentifier(tableName(analytics))} as t
        where t.ad_account_id = ? and t.date between ? and ?)
     select entity, id from (${orphans.join(" union all ")}) as orphans order by entity, id collate "C"`,
    // Where a column may say that there is none, what it says is no id to ask for; elsewhere null is none.
    [adAccountId, window.from, window.to, ...known.flatMap(({ absent }) => [absent, adAccountId])],
  );
  const groups = Map.groupBy(rows, (row) => known[row.entity]?.entity.name ?? "");
  return new Map([...groups].map(([name, found]) => [name, found.map(({ id }) => id)]));
}

/** Those of the ids that have no row in the entity's table, in their order. */
export async function findMissing(
  { knex }: Warehouse,
  entity: ListResource,
  adAccountId: string,
  ids: readonly string[],
): Promise<string[]> {
  const { rows } = await knex.raw<{ rows: { id: string }[] }>(
    `select w.id from unnest(?::text[]) with ordinality as w (id, position)
      where not exists (select from ${quoteIdentifier(tableName(entity))} as e
                         where e.ad_account_id = ? and e.id = w.id)
      order by w.position`,
    [[...ids], adAccountId],
  );
  return rows.map(({ id }) => id);
}

/** Which entities get a row of their own, and the metrics that know their parents. */
export interface StubRequest {
  readonly analytics: AnalyticsResource;
  readonly entity: ListResource;
  readonly adAccountId: string;
  /** The days of the metrics that name them. */
  readonly window: Window;
  readonly ids: readonly string[];
  readonly runId: string;
}

/**
 * Gives entities that only metrics know a row with their ids alone, so that no spend is orphaned: the key, and of
 * their parents what the latest metrics say. The row is marked `_stub` and deleted until the entity's record comes.
 * An entity that has a row keeps it. Returns how many rows were written.
 */
export async function insertStubs(
  { knex }: Warehouse,
  { analytics, entity, adAccountId, window, ids, runId }: StubRequest,
): Promise<number> {
  const column = findIdColumn(analytics, entity);
  if (column === undefined || ids.length === 0) return 0;
  const parents = sharedParents(analytics, entity, column.name);
  const id = `t.${quoteIdentifier(column.name)}`;
  const { rowCount } = await knex.raw<{ rowCount: number }>(
    `insert into ${quoteIdentifier(tableName(entity))}
            (${["ad_account_id", "id", ...parents].map(quoteIdentifier).join(", ")}, _run_id, _synced_at, _deleted_at, _stub)
     select distinct on (${id}) ${["t.ad_account_id", id, ...parents.map((name) => `t.${quoteIdentifier(name)}`)].join(", ")},
            ?, now(), now(), true
       from ${quoteIdentifier(tableName(analytics))} as t
      where t.ad_account_id = ? and t.date between ? and ? and ${id} = any(?)
      order by ${id}, t.date desc
     on conflict do nothing`,
    [runId, adAccountId, window.from, window.to, [...ids]],
  );
  return rowCount;
}

/** `campaign_id` for campaigns, from the resource that the metrics are about, else from its filter `campaign_ids`. */
function findIdColumn(
  { entity: measured, columns }: AnalyticsResource,
  entity: ListResource,
): Column | undefined {
  const name = measured?.resource === entity.name ? measured.column : entity.idFilter?.replace(/s$/, "");
  return columns.find((column) => column.name === name);
}

/** Ids of parents that both tables hold. */
function sharedParents(analytics: AnalyticsResource, entity: ListResource, own: string): string[] {
  return analytics.columns
    .filter(({ name, path }) => name !== own && analytics.identity.includes(path.at(-1) ?? ""))
    .map(({ name }) => name)
    .filter((name) => entity.columns.some((column) => column.name === name));
}
