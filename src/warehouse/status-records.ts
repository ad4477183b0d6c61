import type { Warehouse } from "./database.ts";

export interface RejectedGroup {
  readonly resource: string;
  readonly reason: string;
  readonly records: number;
}

/** The same over several runs, each of which rejects the same records again. */
export interface RecentlyRejectedGroup extends RejectedGroup {
  readonly last_rejected_at: Date;
}

export interface DriftRow {
  readonly resource: string;
  readonly field: string;
  readonly json_type: string;
  readonly first_seen_at: Date;
}

/** A metric that Pinterest refuses, for all the ad accounts where it does. */
export interface RefusedMetricRow {
  readonly resource: string;
  readonly method: string;
  readonly metric: string;
  readonly reason: string;
  readonly ad_accounts: number;
  readonly refused_at: Date;
}

/** Rejections of so many days are looked at, and at most so many of them, for a run may reject a million. */
const RECENT_DAYS = 7;
const RECENT_RECORDS = 10_000;

/** What one run rejected, by reason. */
export async function readRejected({ knex }: Warehouse, runId: string): Promise<RejectedGroup[]> {
  const { rows } = await knex.raw<{ rows: RejectedGroup[] }>(
    `select resource, reason, count(*)::float8 as records
       from pinterest_ads_rejected_records where run_id = ? group by 1, 2 order by 3 desc, 1, 2`,
    [runId],
  );
  return rows;
}

/** What was rejected in the last days, each record counted once; the latest 10,000 rejections alone are looked at. */
export async function readRecentlyRejected({ knex }: Warehouse): Promise<RecentlyRejectedGroup[]> {
  const { rows } = await knex.raw<{ rows: RecentlyRejectedGroup[] }>(
    `with latest as (
       select id, resource, scope_id, record_key, reason, rejected_at from pinterest_ads_rejected_records
        where rejected_at > now() - interval '${RECENT_DAYS} days' order by rejected_at desc limit ${RECENT_RECORDS})
     select resource, reason, count(distinct (scope_id, coalesce(record_key::text, id::text)))::float8 as records,
            max(rejected_at) as last_rejected_at
       from latest group by 1, 2 order by 4 desc, 3 desc, 1, 2`,
  );
  return rows;
}

/** Fields that Pinterest sends and this version does not know. */
export async function readDrift({ knex }: Warehouse): Promise<DriftRow[]> {
  const { rows } = await knex.raw<{ rows: DriftRow[] }>(
    "select resource, field, json_type, first_seen_at from pinterest_ads_schema_drift order by 1, 2",
  );
  return rows;
}

export async function readRefusedForAll({ knex }: Warehouse): Promise<RefusedMetricRow[]> {
  const { rows } = await knex.raw<{ rows: RefusedMetricRow[] }>(
    `select resource, method, metric, max(reason) as reason, count(*)::int as ad_accounts, max(refused_at) as refused_at
       from pinterest_ads_refused_metrics group by 1, 2, 3 order by 1, 2, 3`,
  );
  return rows;
}
