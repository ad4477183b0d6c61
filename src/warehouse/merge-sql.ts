import type { Resource } from "../resources/define.ts";
import { keepsStubs, marksDeleted } from "./ddl.ts";
import { quoteIdentifier, tableName } from "./names.ts";
import { REJECTED_STAGE, STAGE } from "./stage.ts";

/** The rows of a table (as `t`) that a slice is about; its values are numbered from `first` on. */
export interface MergeScope {
  readonly values: readonly unknown[];
  condition(first: number): string;
}

/** A statement with its values, as pg takes it. */
export interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

/** What a merge says to Postgres, derived from the resource's columns. */
export interface MergeSql {
  readonly deduplicate: Statement;
  readonly isEmpty: Statement;
  readonly update: Statement;
  readonly insertAll: Statement;
  readonly insertNew: Statement;
  /** Rows of the scope whose key is neither staged nor rejected: how many, and their removal. */
  readonly countMissing: Statement;
  readonly markMissing: Statement;
  readonly deleteMissing: Statement;
}

/** `compared` are the columns whose values decide whether a row has changed; no other is set in a row that stands. */
export function compileMerge(
  resource: Resource,
  scope: MergeScope,
  runId: string,
  compared: readonly string[],
): MergeSql {
  const table = quoteIdentifier(tableName(resource));
  const key = resource.key.map(quoteIdentifier);
  const columns = [...resource.columns.map((column) => quoteIdentifier(column.name)), '"_extra"'];
  const values = compared.map(quoteIdentifier);
  const missing = compileMissing(resource);
  const plain = (text: string): Statement => ({ text, values: [] });
  const scoped = (text: string): Statement => ({
    text: `${text} ${scope.condition(1)}`,
    values: [...scope.values],
  });
  const written = (text: string): Statement => ({ text, values: [runId, ...scope.values] });
  const insert = `
      insert into ${table} (${columns.join(", ")}, _run_id, _synced_at)
      select ${list(columns, "s")}, $1, now() from pg_temp.${STAGE} as s`;
  return {
    deduplicate: plain(`
      delete from pg_temp.${STAGE} as s
       using (select ${key.join(", ")}, max(_n) as last from pg_temp.${STAGE}
               group by ${key.join(", ")} having count(*) > 1) as d
       where ${same(key, "s", "d")} and s._n < d.last`),
    isEmpty: scoped(`select from ${table} as t where true`),
    update: written(`
      update ${table} as t
         set ${[...values.map((name) => `${name} = s.${name}`), ...returned(resource)].join(", ")},
             _run_id = $1, _synced_at = now()
        from pg_temp.${STAGE} as s
       where ${same(key, "t", "s")} ${scope.condition(2)}
         and ((${list(values, "t")}) is distinct from (${list(values, "s")})
              ${marksDeleted(resource) ? "or t._deleted_at is not null" : ""})`),
    insertAll: { text: insert, values: [runId] },
    insertNew: written(
      `${insert} where not exists (select from ${table} as t where ${same(key, "t", "s")} ${scope.condition(2)})`,
    ),
    countMissing: scoped(`select count(*)::int as n from ${table} as t where ${missing}`),
    markMissing: written(`
      update ${table} as t set _deleted_at = now(), _synced_at = now(), _run_id = $1
       where ${missing} ${scope.condition(2)}`),
    deleteMissing: scoped(`delete from ${table} as t where ${missing}`),
  };
}

/** What is undone in a row whose record comes again. */
function returned(resource: Resource): string[] {
  const names = [
    ...(marksDeleted(resource) ? ["_deleted_at"] : []),
    ...(keepsStubs(resource) ? ["_stub"] : []),
  ];
  return names.map((name) => `${name} = null`);
}

function compileMissing(resource: Resource): string {
  const key = resource.key.map(quoteIdentifier);
  return `
      ${marksDeleted(resource) ? "t._deleted_at is null" : "true"}
         and not exists (select from pg_temp.${STAGE} as s where ${same(key, "s", "t")})
         and not exists (select from pg_temp.${REJECTED_STAGE} as r where r.key = ${keyTexts(resource, "t")})`;
}

/** The key of a row as texts in the key's order, spelled as the stage of rejected records has it. */
export function keyTexts(resource: Resource, alias: string): string {
  const texts = resource.key.map((name) => {
    const column = `${alias}.${quoteIdentifier(name)}`;
    const isDay = resource.columns.some((candidate) => candidate.name === name && candidate.type === "date");
    // A plain cast would follow the database's DateStyle.
    return isDay ? `to_char(${column}, 'YYYY-MM-DD')` : `${column}::text`;
  });
  return `array[${texts.join(", ")}]`;
}

function list(names: readonly string[], alias: string): string {
  return names.map((name) => `${alias}.${name}`).join(", ");
}

function same(names: readonly string[], left: string, right: string): string {
  return names.map((name) => `${left}.${name} = ${right}.${name}`).join(" and ");
}
