import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Knex } from "knex";
import type { Client } from "pg";
import { ConnectorError } from "../errors.ts";
import type { Resource } from "../resources/define.ts";
import { readTables } from "./catalog.ts";
import { errorCode } from "./connection-error.ts";
import type { Warehouse } from "./database.ts";
import { defineTable } from "./ddl.ts";
import { forgetDeclared } from "./drift.ts";
import { lockKey } from "./locks.ts";
import { MIGRATIONS_TABLE, quoteIdentifier } from "./names.ts";
import { definePerformanceViews } from "./performance-view.ts";
import { assertWritable, findMissingPrivileges, lacksPrivileges } from "./privileges.ts";
import { diffSchema, type SchemaDiff } from "./schema-diff.ts";
import { readViews } from "./view-catalog.ts";
import { diffViews } from "./view-diff.ts";

/** SQLSTATE of a role that may not do what it tries. */
const INSUFFICIENT_PRIVILEGE = "42501";

const LOCK_POLL_MS = 100;

const DIRECTORY = new URL("../../migrations/", import.meta.url);

/** What a migration did, or would do in a dry run. */
export interface MigrationReport {
  readonly migrations: readonly string[];
  readonly statements: readonly string[];
}

/**
 * Brings the warehouse up to the declared tables: versioned migrations first, then missing tables and
 * columns, comments and views. Safe to run from many processes at once: one works, the others wait and find
 * nothing to do; the signal ends the waiting only. Throws `schema_newer` when the database was migrated by a later version, and
 * `schema_differs` with a list when something differs that adding cannot mend.
 */
export async function migrate(
  warehouse: Warehouse,
  resources: readonly Resource[],
  options: { dryRun?: boolean; signal?: AbortSignal } = {},
): Promise<MigrationReport> {
  const { schema } = warehouse;
  return withMigrationLock(warehouse, options.signal, async () => {
    const pending = await readPendingMigrations(warehouse);
    const compare = () => compareSchema(warehouse, resources);
    const before = await compare();
    // What differs now is what a pending migration may be there to mend; in a new warehouse none is.
    const mendable = pending.length > 0 && pending.length < listMigrations().length;
    if (before.conflicts.length > 0 && !mendable) throw schemaDiffers(before.conflicts);
    if (options.dryRun) return { migrations: pending, statements: before.statements };
    await assertWritable(warehouse);
    const statements = await describeRefusal(schema, async () => {
      await runVersioned(warehouse, pending);
      const after = await compare();
      if (after.conflicts.length > 0) throw schemaDiffers(after.conflicts);
      await runStatements(warehouse, after.statements);
      await forgetDeclared(warehouse.knex, resources);
      return after.statements;
    });
    return { migrations: pending, statements };
  });
}

/** Throws `schema_missing` or `schema_newer` unless the warehouse has what `resources` need. Changes nothing. */
export async function assertMigrated(warehouse: Warehouse, resources: readonly Resource[]): Promise<void> {
  const pending = await readPendingMigrations(warehouse);
  const { conflicts, missing } = await compareSchema(warehouse, resources);
  if (conflicts.length > 0) throw schemaDiffers(conflicts);
  const lacking = [...pending.map((name) => `migration ${name}`), ...missing];
  if (lacking.length > 0)
    throw new ConnectorError(
      "schema_missing",
      `Schema "${warehouse.schema}" lacks ${lacking.length} of the connector's tables, columns or migrations (${summarize(lacking)})`,
      { nextStep: "Run: pinterest-ads migrate", details: { lacking } },
    );
}

async function compareSchema(
  { knex, schema }: Warehouse,
  resources: readonly Resource[],
): Promise<SchemaDiff> {
  const tables = diffSchema(schema, resources.map(defineTable), await readTables(knex, schema));
  const views = diffViews(schema, definePerformanceViews(resources), await readViews(knex, schema));
  return {
    statements: [...tables.statements, ...views.statements],
    conflicts: [...tables.conflicts, ...views.conflicts],
    missing: [...tables.missing, ...views.missing],
  };
}

async function runVersioned({ knex, schema }: Warehouse, pending: readonly string[]): Promise<void> {
  await createSchema(knex, schema);
  if (pending.length === 0) return;
  // Ours is the only migration running (see the lock), so a lock that knex finds is one of a killed process.
  await knex.migrate.forceFreeMigrationsLock(migratorConfig(schema));
  await knex.migrate.latest(migratorConfig(schema));
}

async function runStatements({ knex }: Warehouse, statements: readonly string[]): Promise<void> {
  await knex.transaction(async (transaction) => {
    for (const statement of statements) await transaction.raw(statement.replaceAll("?", "\\?"));
  });
}

async function createSchema(knex: Knex, schema: string): Promise<void> {
  const { rows } = await knex.raw("select 1 from pg_namespace where nspname = ?", [schema]);
  if (rows.length === 0) await knex.raw(`create schema if not exists ${quoteIdentifier(schema)}`);
}

/** Asks again and again instead of waiting in one query, which nothing but the server could end. */
async function withMigrationLock<T>(
  { knex, schema }: Warehouse,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const key = lockKey(schema, "migrate");
  const client: Client = await knex.client.acquireConnection();
  const call = async (name: string) => {
    const { rows } = await client.query(`select ${name}(hashtextextended($1, 0)) as done`, [key]);
    return rows[0].done === true;
  };
  try {
    while (!(await call("pg_try_advisory_lock"))) {
      if (signal?.aborted)
        throw new ConnectorError("interrupted", "Stopped while another migration was under way");
      await sleep(LOCK_POLL_MS);
    }
    return await work().finally(() => call("pg_advisory_unlock"));
  } finally {
    await knex.client.releaseConnection(client);
  }
}

/** Names of versioned migrations that are still to be run, in order. */
async function readPendingMigrations(warehouse: Warehouse): Promise<string[]> {
  const { schema } = warehouse;
  const known = listMigrations();
  const done = await readDoneMigrations(warehouse);
  const unknown = done.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new ConnectorError(
      "schema_newer",
      `Schema "${schema}" was migrated by a newer version of the connector (${summarize(unknown)})`,
      { nextStep: "Use that version or a later one; this one would not understand what it finds." },
    );
  return known.filter((name) => !done.includes(name));
}

async function readDoneMigrations(warehouse: Warehouse): Promise<string[]> {
  const { knex, schema } = warehouse;
  // Not asked of information_schema: it hides tables that the role may not read, as if nothing were migrated.
  const { rows } = await knex.raw(
    "select from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = ? and c.relname = ?",
    [schema, MIGRATIONS_TABLE],
  );
  if (rows.length === 0) return [];
  try {
    return await knex.withSchema(schema).from(MIGRATIONS_TABLE).pluck("name");
  } catch (error) {
    if (errorCode(error) !== INSUFFICIENT_PRIVILEGE) throw error;
    throw lacksPrivileges(await findMissingPrivileges(warehouse), error);
  }
}

function listMigrations(): string[] {
  return readdirSync(DIRECTORY)
    .filter((name) => name.endsWith(".ts"))
    .toSorted();
}

function migratorConfig(schema: string): Knex.MigratorConfig {
  return {
    schemaName: schema,
    tableName: MIGRATIONS_TABLE,
    migrationSource: {
      getMigrations: async () => listMigrations(),
      getMigrationName: (name: string) => name,
      getMigration: (name: string) => import(new URL(name, DIRECTORY).href),
    },
  };
}

function schemaDiffers(conflicts: readonly string[]): ConnectorError {
  return new ConnectorError(
    "schema_differs",
    `The warehouse differs from what is declared: ${conflicts.join("; ")}`,
    {
      nextStep:
        "What differs was left as it is. Rename the table or undo the change by hand; a new version that changes a type brings a migration of its own.",
      details: { conflicts },
    },
  );
}

async function describeRefusal<T>(schema: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (errorCode(error) !== INSUFFICIENT_PRIVILEGE) throw error;
    throw new ConnectorError("database_permission", `This role may not create tables in schema "${schema}"`, {
      nextStep:
        "Run migrate with the role that owns the schema; sync itself needs only to read and write rows.",
      cause: error,
    });
  }
}

function summarize(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${shown}, …` : shown;
}
