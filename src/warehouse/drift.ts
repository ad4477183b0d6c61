import type { Knex } from "knex";
import type { Client } from "pg";
import type { Resource } from "../resources/define.ts";

/** Undeclared fields that a slice met: JSON type and number of records of each. `isNew`: no slice met it before. */
export type Drift = Map<string, { type: string; records: number; isNew?: boolean }>;

/** Remembers fields that are new at Pinterest, and marks those that nobody knew. Part of the merge transaction. */
export async function recordDrift(
  client: Client,
  resource: Resource,
  runId: string,
  drift: Drift,
): Promise<void> {
  if (drift.size === 0) return;
  const fields = [...drift].map(([field, seen]) => ({ field, ...seen }));
  const { rows } = await client.query<{ field: string }>(
    `with written as (
     insert into pinterest_ads_schema_drift
            (resource, field, json_type, records, first_seen_at, last_seen_at, last_run_id)
     select $1, field, type, records, now(), now(), $2
       from json_to_recordset($3) as f (field text, type text, records bigint)
      order by field
     on conflict (resource, field) do update
        set json_type = excluded.json_type, records = excluded.records,
            last_seen_at = excluded.last_seen_at, last_run_id = excluded.last_run_id
     returning field, first_seen_at = last_seen_at as is_new)
     select field from written where is_new`,
    [resource.name, runId, JSON.stringify(fields)],
  );
  for (const { field } of rows) {
    const seen = drift.get(field);
    if (seen) seen.isNew = true;
  }
}

/** Forgets fields that this version declares: a column takes their values now. */
export async function forgetDeclared(knex: Knex, resources: readonly Resource[]): Promise<void> {
  const declared = resources.flatMap(({ name, columns }) =>
    columns.filter(({ given }) => !given).map(({ path }) => ({ resource: name, field: path[0] })),
  );
  await knex.raw(
    `delete from pinterest_ads_schema_drift as d
      using jsonb_to_recordset(?::jsonb) as f (resource text, field text)
      where d.resource = f.resource and d.field = f.field`,
    [JSON.stringify(declared)],
  );
}
