import type { ColumnType } from "../resources/column.ts";
import type { ListResource, Resource } from "../resources/define.ts";
import { quoteIdentifier, quoteLiteral, tableName } from "./names.ts";

/** One table as it should stand in the warehouse. */
export interface TableDefinition {
  readonly name: string;
  readonly comment: string;
  readonly columns: readonly ColumnDefinition[];
  readonly key: readonly string[];
}

export interface ColumnDefinition {
  readonly name: string;
  /** Postgres type as `format_type` prints it, so that declared and live types compare as text. */
  readonly type: string;
  readonly notNull: boolean;
  readonly comment: string;
}

const POSTGRES_TYPES: Record<ColumnType, string> = {
  text: "text",
  bigint: "bigint",
  numeric: "numeric",
  double: "double precision",
  boolean: "boolean",
  timestamptz: "timestamp with time zone",
  date: "date",
  jsonb: "jsonb",
};

const RUN_ID = metadata(
  "_run_id",
  "uuid",
  "Run that last changed the row; joins to pinterest_ads_sync_runs.",
);
const SYNCED_AT = metadata(
  "_synced_at",
  POSTGRES_TYPES.timestamptz,
  "When the content of the row last changed, UTC.",
);
const EXTRA = metadata(
  "_extra",
  POSTGRES_TYPES.jsonb,
  "Fields that Pinterest sent and this version does not know; null when there are none.",
);
const DELETED_AT = metadata(
  "_deleted_at",
  POSTGRES_TYPES.timestamptz,
  "When the row was first missing from a complete list at Pinterest, UTC; null while it is listed.",
);

const STUB = metadata(
  "_stub",
  POSTGRES_TYPES.boolean,
  "True: the entity appears in metrics, but Pinterest no longer gives it; the row holds only its ids.",
);

/** Columns that every resource table carries beside its own. */
export function metadataColumns(resource: Resource): readonly ColumnDefinition[] {
  const columns = [RUN_ID, SYNCED_AT, EXTRA];
  if (marksDeleted(resource)) columns.push(DELETED_AT);
  if (keepsStubs(resource)) columns.push(STUB);
  return columns;
}

/** Rows that Pinterest no longer lists stay, marked by `_deleted_at`. */
export function marksDeleted(resource: Resource): resource is ListResource {
  return resource.kind === "list" && resource.listing === "full";
}

/** Entities that only metrics know get a row all the same, marked by `_stub`. */
export function keepsStubs(resource: Resource): boolean {
  return marksDeleted(resource) && resource.idFilter !== undefined;
}

/** The table that follows from a resource. */
export function defineTable(resource: Resource): TableDefinition {
  const own = resource.columns.map((column) => ({
    name: column.name,
    type: POSTGRES_TYPES[column.type],
    notNull: resource.key.includes(column.name),
    comment: column.comment,
  }));
  return {
    name: tableName(resource),
    comment: resource.description,
    columns: [...own, ...metadataColumns(resource)],
    key: resource.key,
  };
}

export function createTableStatement(schema: string, table: TableDefinition): string {
  const columns = table.columns.map((column) => `  ${columnClause(column)}`);
  const key = `  primary key (${table.key.map(quoteIdentifier).join(", ")})`;
  return `create table ${qualify(schema, table.name)} (\n${[...columns, key].join(",\n")}\n)`;
}

export function addColumnStatement(schema: string, table: TableDefinition, column: ColumnDefinition): string {
  return `alter table ${qualify(schema, table.name)} add column ${columnClause(column)}`;
}

export function commentTableStatement(schema: string, table: TableDefinition): string {
  return `comment on table ${qualify(schema, table.name)} is ${quoteLiteral(table.comment)}`;
}

export function commentColumnStatement(
  schema: string,
  table: TableDefinition,
  column: ColumnDefinition,
): string {
  const target = `${qualify(schema, table.name)}.${quoteIdentifier(column.name)}`;
  return `comment on column ${target} is ${quoteLiteral(column.comment)}`;
}

function columnClause(column: ColumnDefinition): string {
  return `${quoteIdentifier(column.name)} ${column.type}${column.notNull ? " not null" : ""}`;
}

function qualify(schema: string, table: string): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
}

function metadata(name: string, type: string, comment: string): ColumnDefinition {
  return { name, type, notNull: false, comment };
}
