import type { Knex } from "knex";
import type { ColumnDefinition, TableDefinition } from "./ddl.ts";
import { TABLE_PREFIX } from "./names.ts";

interface CatalogRow {
  table_name: string;
  table_comment: string | null;
  column_name: string;
  column_type: string;
  not_null: boolean;
  column_comment: string | null;
  key_position: number | null;
}

/** The connector's tables of a schema as they stand, columns in their order, with comments and keys. */
export async function readTables(knex: Knex, schema: string): Promise<Map<string, TableDefinition>> {
  const { rows } = await knex.raw<{ rows: CatalogRow[] }>(
    `select c.relname as table_name, obj_description(c.oid, 'pg_class') as table_comment,
            a.attname as column_name, format_type(a.atttypid, a.atttypmod) as column_type,
            a.attnotnull as not_null, col_description(c.oid, a.attnum) as column_comment,
            array_position(k.conkey, a.attnum) as key_position
       from pg_class c
       join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       left join pg_constraint k on k.conrelid = c.oid and k.contype = 'p'
      where n.nspname = ? and c.relkind in ('r', 'p') and starts_with(c.relname, ?)
      order by c.relname, a.attnum`,
    [schema, TABLE_PREFIX],
  );
  const byTable = Map.groupBy(rows, (row) => row.table_name);
  return new Map([...byTable].map(([name, columns]) => [name, toTable(name, columns)]));
}

function toTable(name: string, rows: readonly CatalogRow[]): TableDefinition {
  const key = rows
    .filter((row) => row.key_position !== null)
    .toSorted((a, b) => Number(a.key_position) - Number(b.key_position))
    .map((row) => row.column_name);
  return { name, comment: rows[0]?.table_comment ?? "", columns: rows.map(toColumn), key };
}

function toColumn(row: CatalogRow): ColumnDefinition {
  return {
    name: row.column_name,
    type: row.column_type,
    notNull: row.not_null,
    comment: row.column_comment ?? "",
  };
}
