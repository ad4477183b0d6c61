import type { Client } from "pg";
import type { Resource } from "../resources/define.ts";

/** Notes that a slice is completely loaded. Part of the merge transaction; never moves back. */
export async function advanceCursor(
  client: Client,
  resource: Resource,
  scopeId: string,
  runId: string,
): Promise<void> {
  await client.query(
    `insert into pinterest_ads_sync_cursors as c (resource, scope_id, loaded_at, run_id)
     values ($1, $2, now(), $3)
     on conflict (resource, scope_id) do update
        set loaded_at = greatest(c.loaded_at, excluded.loaded_at), run_id = excluded.run_id`,
    [resource.name, scopeId, runId],
  );
}
