import {
  addColumnStatement,
  commentColumnStatement,
  commentTableStatement,
  createTableStatement,
  type TableDefinition,
} from "./ddl.ts";

export interface SchemaDiff {
  /** What brings the live schema up to the declared one; additive only. */
  readonly statements: readonly string[];
  /** What a statement cannot mend: needs a versioned migration. */
  readonly conflicts: readonly string[];
  /** Tables and columns that are missing, as people name them. */
  readonly missing: readonly string[];
}

/** Compares declared tables with live ones. Pure. Columns that only the database has are left alone. */
export function diffSchema(
  schema: string,
  declared: readonly TableDefinition[],
  live: ReadonlyMap<string, TableDefinition>,
): SchemaDiff {
  const diffs = declared.map((table) => diffTable(schema, table, live.get(table.name)));
  return {
    statements: diffs.flatMap((diff) => diff.statements),
    conflicts: diffs.flatMap((diff) => diff.conflicts),
    missing: diffs.flatMap((diff) => diff.missing),
  };
}

function diffTable(schema: string, table: TableDefinition, live: TableDefinition | undefined): SchemaDiff {
  if (!live) {
    const comments = table.columns.map((column) => commentColumnStatement(schema, table, column));
    const statements = [
      createTableStatement(schema, table),
      commentTableStatement(schema, table),
      ...comments,
    ];
    return { statements, conflicts: [], missing: [table.name] };
  }
  const statements: string[] = [];
  const conflicts: string[] = [];
  const missing: string[] = [];
  for (const column of table.columns) {
    const found = live.columns.find((candidate) => candidate.name === column.name);
    if (!found) {
      missing.push(`${table.name}.${column.name}`);
      if (column.notNull)
        conflicts.push(`${table.name}.${column.name} is part of the key and does not exist`);
      else statements.push(addColumnStatement(schema, table, column));
    } else if (found.type !== column.type) {
      conflicts.push(`${table.name}.${column.name} is ${found.type}, expected ${column.type}`);
    }
    if (found?.comment !== column.comment) statements.push(commentColumnStatement(schema, table, column));
  }
  if (live.comment !== table.comment) statements.push(commentTableStatement(schema, table));
  if (live.key.join() !== table.key.join())
    conflicts.push(`${table.name} has the key (${live.key.join(", ")}), expected (${table.key.join(", ")})`);
  for (const column of live.columns)
    if (column.notNull && !table.columns.some((candidate) => candidate.name === column.name))
      conflicts.push(`${table.name}.${column.name} is not known to this version and refuses nulls`);
  return { statements, conflicts, missing };
}
