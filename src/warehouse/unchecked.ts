import type { Day, Window } from "../window.ts";
import type { Warehouse } from "./database.ts";
import { SLICES } from "./names.ts";

/** Metrics that were loaded and whose entities nobody has looked for yet. */
export interface UncheckedMetrics {
  readonly resource: string;
  readonly adAccountId: string;
  /** From the first to the last such day. */
  readonly window: Window;
  /** Number of the last slice among them; what is loaded later is not meant. */
  readonly lastSlice: number;
}

const UNCHECKED = "attribution is not null and status = 'succeeded' and checked_at is null";

/** What runs have loaded of these accounts and not checked: this one, and those before that were killed or failed. */
export async function readUnchecked(
  { knex }: Warehouse,
  adAccountIds: readonly string[],
): Promise<UncheckedMetrics[]> {
  const { rows } = await knex.raw<{ rows: UncheckedRow[] }>(
    `select resource, ad_account_id, to_char(min(window_from), 'YYYY-MM-DD') as from_day,
            to_char(max(window_to), 'YYYY-MM-DD') as to_day, max(id)::float8 as last_slice
       from ${SLICES} where ${UNCHECKED} and ad_account_id = any(?) group by 1, 2 order by 1, 2`,
    [[...adAccountIds]],
  );
  return rows.map((row) => ({
    resource: row.resource,
    adAccountId: row.ad_account_id,
    window: { from: row.from_day, to: row.to_day },
    lastSlice: row.last_slice,
  }));
}

interface UncheckedRow {
  readonly resource: string;
  readonly ad_account_id: string;
  readonly from_day: Day;
  readonly to_day: Day;
  readonly last_slice: number;
}

export async function markChecked(
  { knex }: Warehouse,
  { resource, adAccountId, lastSlice }: UncheckedMetrics,
): Promise<void> {
  await knex.raw(
    `update ${SLICES} set checked_at = now()
      where ${UNCHECKED} and resource = ? and ad_account_id = ? and id <= ?`,
    [resource, adAccountId, lastSlice],
  );
}
