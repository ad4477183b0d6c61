import type { Client } from "pg";
import { type ConnectorError, describeError } from "../errors.ts";
import type { Way, Window } from "../window.ts";
import type { Warehouse } from "./database.ts";
import type { MergeCounts } from "./merge.ts";
import { SLICES } from "./names.ts";

/** What a slice counts while it works. */
export interface SliceTally {
  attempts: number;
  pages: number;
  records: number;
  recordsRejected: number;
  textsRepaired: number;
  apiCalls: number;
}

/** A planned slice as the bookkeeping needs it. */
export interface SliceIdentity {
  readonly resource: string;
  readonly adAccountId: string | undefined;
  readonly ownerUserId: string | undefined;
  /** Of metrics: the days, and how conversions are credited. */
  readonly window?: Window;
  readonly attribution?: string;
}

/** Writes down what is planned, before anything is asked; returns the slices' numbers in their order. */
export async function insertPlannedSlices(
  { knex }: Warehouse,
  runId: string,
  slices: readonly SliceIdentity[],
): Promise<number[]> {
  if (slices.length === 0) return [];
  const rows = slices.map((slice) => ({
    run_id: runId,
    resource: slice.resource,
    ad_account_id: slice.adAccountId ?? null,
    owner_user_id: slice.ownerUserId ?? null,
    window_from: slice.window?.from ?? null,
    window_to: slice.window?.to ?? null,
    attribution: slice.attribution ?? null,
    status: "planned",
  }));
  const inserted: number[] = [];
  // In chunks: one statement takes at most 65,535 parameters.
  for (let start = 0; start < rows.length; start += 1000) {
    const ids = await knex(SLICES)
      .insert(rows.slice(start, start + 1000))
      .returning<{ id: string }[]>("id");
    inserted.push(...ids.map(({ id }) => Number(id)));
  }
  return inserted;
}

export async function markSliceRunning(client: Client, id: number): Promise<void> {
  await client.query(
    `update ${SLICES} set status = 'running', started_at = coalesce(started_at, now()) where id = $1`,
    [id],
  );
}

/** Part of the merge transaction, so that a slice counts as loaded exactly when its rows are visible. */
export async function markSliceSucceeded(
  client: Client,
  id: number,
  tally: SliceTally,
  merged: MergeCounts,
  method?: Way,
): Promise<void> {
  await client.query(
    `update ${SLICES}
        set status = 'succeeded', finished_at = clock_timestamp(), attempts = $2, pages = $3, records = $4,
            records_rejected = $5, texts_repaired = $6, api_calls = $7,
            rows_inserted = $8, rows_updated = $9, rows_unchanged = $10, rows_deleted = $11, method = $12
      where id = $1`,
    [
      id,
      ...tallyValues(tally),
      merged.inserted,
      merged.updated,
      merged.unchanged,
      merged.deleted,
      method ?? null,
    ],
  );
}

export async function markSliceFailed(
  { knex }: Warehouse,
  id: number,
  status: "failed" | "skipped" | "interrupted",
  tally: SliceTally,
  error: ConnectorError,
): Promise<void> {
  await knex.raw(
    `update ${SLICES}
        set status = ?, finished_at = now(), error_code = ?, error = ?,
            attempts = ?, pages = ?, records = ?, records_rejected = ?, texts_repaired = ?, api_calls = ?
      where id = ? and status <> 'succeeded'`,
    [status, error.code, describeError(error), ...tallyValues(tally), id],
  );
}

/** Closes slices that are not to be begun, all for the same reason. */
export async function markSlicesSkipped(
  { knex }: Warehouse,
  ids: readonly number[],
  error: ConnectorError,
): Promise<void> {
  await knex.raw(
    `update ${SLICES}
        set status = 'skipped', finished_at = now(), error_code = ?, error = ?,
            attempts = 0, pages = 0, records = 0, records_rejected = 0, texts_repaired = 0, api_calls = 0
      where id = any(?) and status = 'planned'`,
    [error.code, describeError(error), [...ids]],
  );
}

function tallyValues(tally: SliceTally): number[] {
  return [
    tally.attempts,
    tally.pages,
    tally.records,
    tally.recordsRejected,
    tally.textsRepaired,
    tally.apiCalls,
  ];
}
