import type { Warehouse } from "./database.ts";
import { RUNS, SLICES } from "./names.ts";

/** A resource of an ad account or owner; `*` where it is asked once for all. */
export interface Place {
  readonly resource: string;
  readonly scope_id: string;
}

/**
 * The places that runs have tried to load for longer than `ms`, out of those of `resources`. What came only lately, such
 * as a new ad account or a resource that was just switched on, is not among them. Looks at the runs between `ms` and
 * twice as long ago.
 */
export async function readLongTried(
  { knex }: Warehouse,
  resources: readonly string[],
  ms: number,
): Promise<Place[]> {
  const { rows } = await knex.raw<{ rows: Place[] }>(
    `select distinct s.resource, coalesce(s.owner_user_id, s.ad_account_id, '*') as scope_id
       from ${RUNS} as r join ${SLICES} as s on s.run_id = r.id
      where r.started_at between now() - 2 * ?::float8 * interval '1 millisecond' and now() - ?::float8 * interval '1 millisecond'
        and s.resource = any(?)`,
    [ms, ms, [...resources]],
  );
  return rows;
}
