import type { Client } from "pg";
import type { Resource } from "../resources/define.ts";
import { REJECTED_STAGE } from "./stage.ts";

/** Moves the slice's rejected records to where people can look at them. Part of the merge transaction. */
export async function keepRejected(
  client: Client,
  resource: Resource,
  slice: { readonly runId: string; readonly scopeId: string | undefined },
): Promise<void> {
  await client.query(
    `insert into pinterest_ads_rejected_records
            (run_id, resource, scope_id, record_key, reason, record, rejected_at)
     select $1, $2, $3, case when key is null then null else jsonb_object($4::text[], key) end, reason, record, now()
       from pg_temp.${REJECTED_STAGE}`,
    [slice.runId, resource.name, slice.scopeId ?? "*", [...resource.key]],
  );
}
