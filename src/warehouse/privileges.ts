import { ConnectorError } from "../errors.ts";
import type { Warehouse } from "./database.ts";
import { MIGRATIONS_TABLE, TABLE_PREFIX } from "./names.ts";

/** Throws `database_permission` with what to grant unless the role may do all that a sync does. */
export async function assertPrivileges(warehouse: Warehouse): Promise<void> {
  await assertWritable(warehouse);
  const problems = await findMissingPrivileges(warehouse);
  if (problems.length > 0) throw lacksPrivileges(problems);
}

/** The problems of `findMissingPrivileges` as one error. */
export function lacksPrivileges(problems: readonly string[], cause?: unknown): ConnectorError {
  return new ConnectorError(
    "database_permission",
    "The role in DATABASE_URL may not do all that a sync needs",
    { nextStep: problems.join("; "), cause },
  );
}

/** Throws `database_permission` when the database takes no writes at all: it is a replica, or set to read only. */
export async function assertWritable(warehouse: Warehouse): Promise<void> {
  const obstacle = await findReadOnly(warehouse);
  if (!obstacle) return;
  throw new ConnectorError("database_permission", `The warehouse can only be read: ${obstacle.what}`, {
    nextStep: obstacle.fix,
  });
}

async function findReadOnly({ knex }: Warehouse): Promise<{ what: string; fix: string } | undefined> {
  const { rows } = await knex.raw<{ rows: { replica: boolean; read_only: boolean }[] }>(
    "select pg_is_in_recovery() as replica, current_setting('transaction_read_only')::boolean as read_only",
  );
  if (rows[0]?.replica)
    return {
      what: "the server is a replica, which takes no writes",
      fix: "Put the primary's host into DATABASE_URL.",
    };
  if (rows[0]?.read_only)
    return {
      what: "default_transaction_read_only is on",
      fix: "Switch it off for this role, database or server: alter role … set default_transaction_read_only = off.",
    };
  return undefined;
}

/** What the role lacks for a sync, each as a sentence with its fix; empty when nothing is missing. */
export async function findMissingPrivileges(warehouse: Warehouse): Promise<string[]> {
  const { knex, schema } = warehouse;
  const readOnly = await findReadOnly(warehouse);
  const problems = readOnly ? [`${readOnly.what}. ${readOnly.fix}`] : [];
  const { rows: temporary } = await knex.raw(
    "select has_database_privilege(current_database(), 'TEMP') as granted, current_user as role, current_database() as database",
  );
  const { granted, role, database } = temporary[0];
  if (!granted)
    problems.push(
      `the role may not create temporary tables; grant it: grant temporary on database "${database}" to "${role}"`,
    );
  const { rows: schemas } = await knex.raw(
    "select has_schema_privilege(oid, 'USAGE') as granted from pg_namespace where nspname = ?",
    [schema],
  );
  if (schemas[0]?.granted === false)
    problems.push(
      `the role may not use schema "${schema}"; grant it: grant usage on schema "${schema}" to "${role}"`,
    );
  const { rows: refused } = await knex.raw<{ rows: { name: string; privilege: string }[] }>(
    `select c.relname as name, p.privilege
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      cross join unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) with ordinality as p (privilege, place)
      where n.nspname = ? and starts_with(c.relname, ?) and c.relkind in ('r', 'p')
        and not starts_with(c.relname, ?) and not has_table_privilege(c.oid, p.privilege)
      order by 1, place`,
    [schema, TABLE_PREFIX, MIGRATIONS_TABLE],
  );
  if (refused.length > 0)
    problems.push(
      `the role lacks ${[...new Set(refused.map((row) => row.privilege))].join(", ")} on ${refused[0]?.name} and others; ` +
        `grant them: grant select, insert, update, delete on all tables in schema "${schema}" to "${role}"`,
    );
  return problems;
}
