import type { Client } from "pg";
import { keyPrefix, type Resource } from "../resources/define.ts";
import { quoteIdentifier, tableName } from "./names.ts";
import { REJECTED_STAGE, STAGE, type StageCounts } from "./stage.ts";

/** What the merge did to the table. */
export interface MergeCounts {
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly deleted: number;
}

export interface MergeOptions {
  readonly runId: string;
  /** Account or owner whose rows the slice is about; undefined when the resource is asked once for all. */
  readonly scopeId: string | undefined;
  /** The stage holds everything there is, so that absence means deletion. */
  readonly complete: boolean;
}

/**
 * Makes the stage visible. Must run inside a transaction, on the connection that holds the stage.
 * Only rows that really differ are written; an unchanged snapshot writes nothing, not even WAL.
 * Two rows with one key: the last one wins. Rows that are missing from a complete stage are marked
 * `_deleted_at`, except those whose record came but was rejected.
 */
export async function mergeStage(
  client: Client,
  resource: Resource,
  staged: Pick<StageCounts, "staged" | "unique" | "identified" | "unidentified">,
  options: MergeOptions,
): Promise<MergeCounts> {
  const { runId, scopeId } = options;
  const sql = compileMerge(resource, scopeCondition(resource, scopeId, 2));
  const values = scopeId === undefined ? [runId] : [runId, scopeId];
  await client.query(FORBID_NESTED_LOOPS);
  const duplicates = staged.unique ? 0 : await execute(client, sql.deduplicate);
  if (await isEmpty(client, resource, scopeId)) {
    const inserted = await execute(client, sql.insertAll, [runId]);
    return { inserted, updated: 0, unchanged: 0, deleted: 0 };
  }
  const updated = await execute(client, sql.update, values);
  const inserted = await execute(client, sql.insertNew, values);
  const deleted = options.complete ? await markDeleted(client, resource, sql.missing, options, staged) : 0;
  return { inserted, updated, unchanged: staged.staged - duplicates - updated - inserted, deleted };
}

/**
 * Neither the stage nor a table that was filled a moment ago has statistics. Left to guess, Postgres may walk
 * one for every row of the other: 100,000 updated rows then take minutes instead of two seconds. Part of the
 * transaction only.
 */
const FORBID_NESTED_LOOPS = "set local enable_nestloop = off";

/** True when the table has no row of the slice, marked ones included: then everything staged is new. */
async function isEmpty(client: Client, resource: Resource, scopeId: string | undefined): Promise<boolean> {
  const { rows } = await client.query(
    `select not exists (select from ${quoteIdentifier(tableName(resource))} as t
                         where true ${scopeCondition(resource, scopeId)}) as empty`,
    scopeId === undefined ? [] : [scopeId],
  );
  return rows[0].empty;
}

/** Rows of the slice that stand in the table and are not marked as deleted. */
export async function countLiveRows(
  client: Client,
  resource: Resource,
  scopeId: string | undefined,
): Promise<number> {
  const { rows } = await client.query(
    `select count(*)::int as live from ${quoteIdentifier(tableName(resource))} as t
      where t._deleted_at is null ${scopeCondition(resource, scopeId)}`,
    scopeId === undefined ? [] : [scopeId],
  );
  return rows[0].live;
}

/** At most this share of what came may be unreadable for the rest to count as the whole list. */
const UNREADABLE_SHARE_MAX = 0.1;

/**
 * Marks what is missing, unless records of which not even the key can be read could account for it, or are
 * so many that the list cannot be called read: then the next run looks again.
 */
async function markDeleted(
  client: Client,
  resource: Resource,
  missing: string,
  { runId, scopeId }: MergeOptions,
  { identified, unidentified }: Pick<StageCounts, "identified" | "unidentified">,
): Promise<number> {
  if (unidentified > identified * UNREADABLE_SHARE_MAX) return 0;
  const table = quoteIdentifier(tableName(resource));
  const condition = `${missing} ${scopeCondition(resource, scopeId)}`;
  const scope = scopeId === undefined ? [] : [scopeId];
  if (unidentified > 0) {
    const { rows } = await client.query(
      `select count(*)::int as n from ${table} as t where ${condition}`,
      scope,
    );
    if (rows[0].n <= unidentified) return 0;
  }
  const position = scope.length + 1;
  const mark = `update ${table} as t set _deleted_at = now(), _synced_at = now(), _run_id = $${position}`;
  return execute(client, `${mark} where ${condition}`, [...scope, runId]);
}

function scopeCondition(resource: Resource, scopeId: string | undefined, position = 1): string {
  return scopeId === undefined ? "" : `and t.${keyPrefix(resource.scope)} = $${position}`;
}

/** The statements of a resource's merge, derived from its columns; `scope` keeps to the slice's part of the table. */
function compileMerge(resource: Resource, scope: string) {
  const table = quoteIdentifier(tableName(resource));
  const key = resource.key.map(quoteIdentifier);
  const columns = [...resource.columns.map((column) => quoteIdentifier(column.name)), '"_extra"'];
  const values = columns.filter((column) => !key.includes(column));
  const list = (names: readonly string[], alias: string) =>
    names.map((name) => `${alias}.${name}`).join(", ");
  const same = (left: string, right: string) =>
    key.map((name) => `${left}.${name} = ${right}.${name}`).join(" and ");
  const softDelete = resource.listing === "full";
  const rejectedKey = `array[${key.map((name) => `t.${name}::text`).join(", ")}]`;
  const insert = `
      insert into ${table} (${columns.join(", ")}, _run_id, _synced_at)
      select ${list(columns, "s")}, $1, now() from pg_temp.${STAGE} as s`;
  return {
    deduplicate: `
      delete from pg_temp.${STAGE} as s
       using (select ${key.join(", ")}, max(_n) as last from pg_temp.${STAGE}
               group by ${key.join(", ")} having count(*) > 1) as d
       where ${same("s", "d")} and s._n < d.last`,
    update: `
      update ${table} as t
         set ${values.map((name) => `${name} = s.${name}`).join(", ")},
             _run_id = $1, _synced_at = now()${softDelete ? ", _deleted_at = null" : ""}
        from pg_temp.${STAGE} as s
       where ${same("t", "s")} ${scope}
         and ((${list(values, "t")}) is distinct from (${list(values, "s")})
              ${softDelete ? "or t._deleted_at is not null" : ""})`,
    insertAll: insert,
    insertNew: `${insert} where not exists (select from ${table} as t where ${same("t", "s")} ${scope})`,
    missing: `
      t._deleted_at is null
         and not exists (select from pg_temp.${STAGE} as s where ${same("s", "t")})
         and not exists (select from pg_temp.${REJECTED_STAGE} as r where r.key = ${rejectedKey})`,
  };
}

async function execute(client: Client, statement: string, values: readonly unknown[] = []): Promise<number> {
  const { rowCount } = await client.query(statement, [...values]);
  return rowCount ?? 0;
}
