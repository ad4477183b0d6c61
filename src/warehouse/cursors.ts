import type { Client } from "pg";
import type { Resource } from "../resources/define.ts";
import type { Day } from "../window.ts";
import type { Warehouse } from "./database.ts";

/**
 * Notes that a slice is completely loaded, metrics up to and including the day `loadedThrough`. Part of the merge
 * transaction; never moves back.
 */
export async function advanceCursor(
  client: Client,
  resource: Resource,
  scopeId: string,
  runId: string,
  loadedThrough?: Day,
): Promise<void> {
  await client.query(
    `insert into pinterest_ads_sync_cursors as c (resource, scope_id, loaded_at, run_id, loaded_through)
     values ($1, $2, now(), $3, $4)
     on conflict (resource, scope_id) do update
        set loaded_at = greatest(c.loaded_at, excluded.loaded_at), run_id = excluded.run_id,
            loaded_through = greatest(c.loaded_through, excluded.loaded_through)`,
    [resource.name, scopeId, runId, loadedThrough ?? null],
  );
}

/** True when the list was ever loaded completely for the account. */
export async function isListLoaded({ knex }: Warehouse, resource: string, scopeId: string): Promise<boolean> {
  const cursor = await knex("pinterest_ads_sync_cursors").where({ resource, scope_id: scopeId }).first();
  return cursor !== undefined;
}
