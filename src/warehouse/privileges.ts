import type { Warehouse } from "./database.ts";
import { MIGRATIONS_TABLE, TABLE_PREFIX } from "./names.ts";

/** What the role lacks for a sync, each as a sentence with its fix; empty when nothing is missing. */
export async function findMissingPrivileges({ knex, schema }: Warehouse): Promise<string[]> {
  const problems: string[] = [];
  const { rows: temporary } = await knex.raw(
    "select has_database_privilege(current_database(), 'TEMP') as granted, current_user as role, current_database() as database",
  );
  const { granted, role, database } = temporary[0];
  if (!granted)
    problems.push(
      `the role may not create temporary tables; grant it: grant temporary on database "${database}" to "${role}"`,
    );
  const { rows: refused } = await knex.raw<{ rows: { name: string; privilege: string }[] }>(
    `select c.relname as name, p.privilege
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      cross join unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) as p (privilege)
      where n.nspname = ? and starts_with(c.relname, ?) and c.relkind in ('r', 'p')
        and not starts_with(c.relname, ?) and not has_table_privilege(c.oid, p.privilege)
      order by 1`,
    [schema, TABLE_PREFIX, MIGRATIONS_TABLE],
  );
  if (refused.length > 0)
    problems.push(
      `the role lacks ${[...new Set(refused.map((row) => row.privilege))].join(", ")} on ${refused[0]?.name} and others; ` +
        `grant them: grant usage on schema "${schema}" to "${role}"; ` +
        `grant select, insert, update, delete on all tables in schema "${schema}" to "${role}"`,
    );
  return problems;
}
