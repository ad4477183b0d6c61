import type { Client } from "pg";
import { keyPrefix, type ListResource } from "../resources/define.ts";
import { compileMerge, type MergeScope, type MergeSql, type Statement } from "./merge-sql.ts";
import { quoteIdentifier, tableName } from "./names.ts";
import type { StageCounts } from "./stage.ts";

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

/** What a merge has to know of its stage. */
export type StagedCounts = Pick<StageCounts, "staged" | "unique" | "identified" | "unidentified">;

/**
 * Makes the stage of a list visible. Must run inside a transaction, on the connection that holds the stage.
 * Only rows that really differ are written; an unchanged snapshot writes nothing, not even WAL.
 * Two rows with one key: the last one wins. Rows that are missing from a complete stage are marked
 * `_deleted_at`, except those whose record came but was rejected.
 */
export async function mergeStage(
  client: Client,
  resource: ListResource,
  staged: StagedCounts,
  { runId, scopeId, complete }: MergeOptions,
): Promise<MergeCounts> {
  const compared = [...resource.columns.map(({ name }) => name), "_extra"].filter(
    (name) => !resource.key.includes(name),
  );
  const sql = compileMerge(resource, listScope(resource, scopeId), runId, compared);
  return executeMerge(client, sql, staged, complete ? sql.markMissing : undefined);
}

/** Rows of the slice that stand in the table and are not marked as deleted. */
export async function countLiveRows(
  client: Client,
  resource: ListResource,
  scopeId: string | undefined,
): Promise<number> {
  const scope = listScope(resource, scopeId);
  const { rows } = await client.query(
    `select count(*)::int as live from ${quoteIdentifier(tableName(resource))} as t
      where t._deleted_at is null ${scope.condition(1)}`,
    [...scope.values],
  );
  return rows[0].live;
}

/** Carries a merge out; `remove` is what becomes of the scope's rows that are missing from the stage. */
export async function executeMerge(
  client: Client,
  sql: MergeSql,
  staged: StagedCounts,
  remove: Statement | undefined,
): Promise<MergeCounts> {
  await client.query(FORBID_NESTED_LOOPS);
  const duplicates = staged.unique ? 0 : await execute(client, sql.deduplicate);
  // Marked rows count as well: only where none stands is everything staged new.
  if (await isEmpty(client, sql)) {
    const inserted = await execute(client, sql.insertAll);
    return { inserted, updated: 0, unchanged: 0, deleted: 0 };
  }
  // Updates come last: every one leaves an old version behind, through which the other two would have to wade.
  const inserted = await execute(client, sql.insertNew);
  const deleted =
    remove && (await mayBelieveAbsence(client, sql.countMissing, staged)) ? await execute(client, remove) : 0;
  const updated = await execute(client, sql.update);
  return { inserted, updated, unchanged: staged.staged - duplicates - updated - inserted, deleted };
}

/**
 * Neither the stage nor a table that was filled a moment ago has statistics. Left to guess, Postgres may walk
 * one for every row of the other: 100,000 updated rows then take minutes instead of two seconds. Part of the
 * transaction only.
 */
const FORBID_NESTED_LOOPS = "set local enable_nestloop = off";

async function isEmpty(client: Client, { isEmpty: { text, values } }: MergeSql): Promise<boolean> {
  const { rows } = await client.query(`select not exists (${text}) as empty`, values);
  return rows[0].empty;
}

/** At most this share of what came may be unreadable for the rest to count as the whole. */
const UNREADABLE_SHARE_MAX = 0.1;

/**
 * False where records of which not even the key can be read could account for what is missing, or are so many
 * that the slice cannot be called read: then the next run looks again.
 */
async function mayBelieveAbsence(
  client: Client,
  countMissing: Statement,
  { identified, unidentified }: StagedCounts,
): Promise<boolean> {
  if (unidentified > identified * UNREADABLE_SHARE_MAX) return false;
  if (unidentified === 0) return true;
  const { rows } = await client.query(countMissing);
  return rows[0].n > unidentified;
}

function listScope(resource: ListResource, scopeId: string | undefined): MergeScope {
  if (scopeId === undefined) return { values: [], condition: () => "" };
  return { values: [scopeId], condition: (first) => `and t.${keyPrefix(resource.scope)} = $${first}` };
}

async function execute(client: Client, statement: Statement): Promise<number> {
  const { rowCount } = await client.query(statement);
  return rowCount ?? 0;
}
