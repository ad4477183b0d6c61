import type { Warehouse } from "./database.ts";
import { READINESS, RUNS, SLICES, TABLE_PREFIX } from "./names.ts";

/** A run that did not load everything, as the last word on what it was for. */
export interface FailingRun {
  readonly id: string;
  readonly trigger: string;
  /** `interrupted`: not for the first time in a row, so that something stops them. */
  readonly status: "failed" | "partial" | "interrupted";
  readonly started_at: Date;
  /** What kept it from succeeding, with its next step. */
  readonly error_code: string | null;
  readonly error: string | null;
  /** Names of the schedules that it did last; empty for a run that somebody started. */
  readonly schedules: readonly string[];
  /** All schedules that it was for; some may have had another run since. */
  readonly asked_schedules: readonly string[];
  /** Somebody started it so long ago that it is not worth a word any more. */
  readonly lapsed: boolean;
  /** A later one that somebody started for the same purpose did not load everything either. */
  readonly superseded: boolean;
}

/** What of a run was not loaded, by resource and error. */
export interface FailureGroup {
  readonly run_id: string;
  readonly resource: string;
  /** Null for slices that the run did not come to, and where only records were rejected. */
  readonly error_code: string | null;
  /** Of one of the slices. */
  readonly error: string | null;
  readonly slices_failed: number;
  readonly records_rejected: number;
  /** They are of ad accounts that Pinterest shut. */
  readonly shut: boolean;
}

/** After so many days a run that somebody started by hand lapses… */
const MANUAL_DAYS = 3;
/** …and after so many it is not even looked at, for that is done every minute. */
const MANUAL_DAYS_READ = 17;

/**
 * For each schedule that is switched on the run that did it last, if that did not load everything. A run that is to be
 * repeated soon has not done its schedule yet.
 */
export async function readFailingScheduledRuns({ knex }: Warehouse): Promise<FailingRun[]> {
  const { rows } = await knex.raw<{ rows: FailingRun[] }>(
    `select r.id, r.trigger, r.status, r.started_at, r.error_code, r.error, array_agg(s.schedule order by s.schedule) as schedules,
            array(select jsonb_array_elements_text(coalesce(r.request -> 'schedules', '[]'))) as asked_schedules,
            false as lapsed, false as superseded
       from ${TABLE_PREFIX}schedules as s join ${RUNS} as r on r.id = s.last_run_id
      where s.expression is not null and r.status in ('failed', 'partial')
      group by r.id order by r.started_at desc, r.id`,
  );
  return rows;
}

const NOT_ALL_LOADED = `s.resource <> '${READINESS}' and (s.status <> 'succeeded' or s.records_rejected > 0)`;

/**
 * Whether what the slice `s` of the run `r` did not load is missing still. Cursors and days tell when lists and metrics
 * were last loaded; rejected records count until the slice came without any.
 */
const STILL_MISSING = `${NOT_ALL_LOADED} and not case
    when s.records_rejected > 0 then exists (
      select from ${RUNS} as later join ${SLICES} as l on l.run_id = later.id
       where later.started_at > r.started_at and l.resource = s.resource and l.attribution is not distinct from s.attribution
         and coalesce(l.owner_user_id, l.ad_account_id, '*') = coalesce(s.owner_user_id, s.ad_account_id, '*')
         and l.status = 'succeeded' and l.records_rejected = 0
         and (s.window_from is null or l.window_from <= s.window_from and l.window_to >= s.window_to))
    when s.window_from is null then exists (
      select from ${TABLE_PREFIX}sync_cursors as c
       where c.resource = s.resource and c.scope_id = coalesce(s.owner_user_id, s.ad_account_id, '*')
         and c.loaded_at > r.finished_at)
    else not exists (
      select from generate_series(s.window_from, s.window_to, interval '1 day') as day
       where not exists (
               select from ${TABLE_PREFIX}loaded_days as d
                where d.resource = s.resource and d.ad_account_id = s.ad_account_id and d.attribution = s.attribution
                  and d.date = day::date and d.loaded_at > r.finished_at))
    end`;

/** That `one` was for the accounts that `other` was for, and if that was a backfill for its days. */
const reaches = (
  one: string,
  other: string,
) => `(${one}.trigger = 'backfill') = (${other}.trigger = 'backfill')
  and (${one}.request ->> 'accounts' = 'all' or ${one}.request -> 'accounts' @> (${other}.request -> 'accounts'))
  and (${other}.trigger <> 'backfill' or ${one}.request #>> '{backfill,from}' <= ${other}.request #>> '{backfill,from}'
    and ${one}.request #>> '{backfill,to}' >= ${other}.request #>> '{backfill,to}')`;

/** That `one` read as many days of metrics again as `other`. */
const looksBack = (one: string, other: string) =>
  `coalesce((${one}.request ->> 'lookback_days')::int, 0) >= coalesce((${other}.request ->> 'lookback_days')::int, 0)`;

/** Stopped, and no person sat before it who did so. */
const wasStopped = (run: string) =>
  `${run}.status = 'interrupted' and ${run}.request -> 'attended' is distinct from 'true'`;

/** What is stopped once is repeated by the next run; what is stopped again and again never gets to its end. */
const failedByHand = (run: string) => `${run}.trigger in ('sync', 'backfill')
  -- Whoever started it has been told, and the other run loads it.
  and ${run}.error_code is distinct from 'already_running'
  and (${run}.status in ('failed', 'partial')
       or ${wasStopped(run)} and (
            select ${wasStopped("former")} from ${RUNS} as former
             where former.started_at < ${run}.started_at and former.error_code is distinct from 'already_running'
               and former.request -> 'resources' @> (${run}.request -> 'resources')
               and ${reaches("former", run)} and ${looksBack("former", run)}
             order by former.started_at desc limit 1))`;

/**
 * Runs that somebody started and that did not load everything, the latest first, unless all of it was loaded since, by
 * whatever runs: each list, and each day of metrics; or later runs succeeded that were asked for all of it, together,
 * and for as many days of the metrics among it, whose names are `metrics`.
 */
export async function readFailingManualRuns(
  { knex }: Warehouse,
  metrics: readonly string[],
): Promise<FailingRun[]> {
  const { rows } = await knex.raw<{ rows: FailingRun[] }>(
    `select r.id, r.trigger, r.status, r.started_at, r.error_code, r.error, array[]::text[] as schedules,
            array[]::text[] as asked_schedules,
            r.finished_at <= now() - interval '${MANUAL_DAYS} days' as lapsed,
            exists (select from ${RUNS} as l where l.trigger = r.trigger and l.started_at > r.started_at
                       and ${failedByHand("l")}) as superseded
       from ${RUNS} as r
      where ${failedByHand("r")}
        and r.finished_at > now() - interval '${MANUAL_DAYS_READ} days'
        and (exists (select from ${SLICES} as s where s.run_id = r.id and ${STILL_MISSING})
             -- The run itself failed, and no part of it says how.
             or not exists (select from ${SLICES} as s where s.run_id = r.id and ${NOT_ALL_LOADED})
             -- Without the list of ad accounts nothing was planned, so that no part tells what is missing.
             or exists (select from ${SLICES} as s where s.run_id = r.id and ${NOT_ALL_LOADED}
                           and s.ad_account_id is null and s.owner_user_id is null))
        and (r.request -> 'resources' is null or exists (
          select from jsonb_array_elements_text(r.request -> 'resources') as asked (resource)
           where not exists (
             select from ${RUNS} as later
              where later.status = 'succeeded' and later.started_at > r.started_at
                and later.request -> 'resources' @> to_jsonb(asked.resource) and ${reaches("later", "r")}
                and (asked.resource <> all (?) or ${looksBack("later", "r")}))))
      order by r.started_at desc, r.id`,
    [[...metrics]],
  );
  return rows;
}

/** What these runs did not load, what weighs most first. */
export async function readFailureGroups(
  { knex }: Warehouse,
  runIds: readonly string[],
): Promise<FailureGroup[]> {
  const { rows } = await knex.raw<{ rows: FailureGroup[] }>(
    `with slices as (
       select s.*, s.error_code is not distinct from 'account_shut'
                -- Catalogs of an owner are only asked through the account, which may serve them all the same.
                or s.owner_user_id is null and s.ad_account_id in (select ad_account_id from ${TABLE_PREFIX}shut_accounts)
                -- The run that found it out, and had asked for catalogs before; by now the account may be open again.
                or bool_or(s.error_code = 'account_shut') over (partition by s.run_id, s.ad_account_id) as shut
         from ${SLICES} as s where s.run_id = any(?) and s.resource <> '${READINESS}')
     select run_id, resource, error_code, min(error) as error, coalesce(shut, false) as shut,
            (count(*) filter (where status <> 'succeeded'))::float8 as slices_failed,
            coalesce(sum(records_rejected), 0)::float8 as records_rejected
       from slices
      where status <> 'succeeded' or records_rejected > 0
      group by run_id, resource, error_code, coalesce(shut, false)
      order by slices_failed desc, records_rejected desc, resource, error_code`,
    [[...runIds]],
  );
  return rows;
}

/** The error code of the last run that came to its end; undefined when there is none or it has none. */
export async function readLastErrorCode({ knex }: Warehouse): Promise<string | undefined> {
  const run = await knex(RUNS)
    .whereIn("status", ["succeeded", "partial", "failed"])
    .orderBy("started_at", "desc")
    .first<{ error_code: string | null } | undefined>("error_code");
  return run?.error_code ?? undefined;
}
