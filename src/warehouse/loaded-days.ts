import type { Client } from "pg";
import type { AnalyticsResource } from "../resources/define.ts";
import type { Day, Way } from "../window.ts";
import type { Warehouse } from "./database.ts";
import { SLICES } from "./names.ts";
import { findLeftOut, type MetricsWindow } from "./replace-window.ts";

/** Days of which metrics are loaded, in order. `resource` is a resource's name. */
export async function readLoadedDays(
  { knex }: Warehouse,
  resource: string,
  adAccountId: string,
  attribution: string,
): Promise<Day[]> {
  const { rows } = await knex.raw<{ rows: { day: Day }[] }>(
    `select to_char(date, 'YYYY-MM-DD') as day from pinterest_ads_loaded_days
      where resource = ? and ad_account_id = ? and attribution = ? order by date`,
    [resource, adAccountId, attribution],
  );
  return rows.map(({ day }) => day);
}

/** What a slice of metrics tells about its days. */
export interface LoadedWindow extends MetricsWindow {
  readonly resource: AnalyticsResource;
  readonly method: Way;
  readonly asked: readonly string[];
  readonly fingerprints: readonly string[];
  readonly runId: string;
  readonly sliceId: number;
}

/**
 * Notes that the days of a window are loaded and forgets the reports that they were read from. Part of the merge
 * transaction. Counts as asked from the moment the slice began, or the oldest of its reports was created: what
 * Pinterest says later of a day's being complete does not hold for these numbers.
 */
export async function recordLoadedDays(
  client: Client,
  { resource, adAccountId, attribution, window, runId, sliceId, ...read }: LoadedWindow,
): Promise<void> {
  const leftOut = findLeftOut(resource, read.asked);
  await client.query(
    `with finished as (
       delete from pinterest_ads_running_reports where ad_account_id = $2 and fingerprint = any($8)
       returning created_at)
     insert into pinterest_ads_loaded_days
            (resource, ad_account_id, attribution, date, asked_at, loaded_at, run_id, method, left_out)
     select $1, $2, $3, day::date,
            least(now(), (select min(created_at) from finished), (select started_at from ${SLICES} where id = $9)),
            now(), $6, $7, $10
       from generate_series($4::date, $5::date, interval '1 day') as day
     on conflict (resource, ad_account_id, attribution, date) do update
        set asked_at = excluded.asked_at, loaded_at = excluded.loaded_at, run_id = excluded.run_id,
            method = excluded.method, left_out = excluded.left_out`,
    [
      resource.name,
      adAccountId,
      attribution,
      window.from,
      window.to,
      runId,
      read.method,
      [...read.fingerprints],
      sliceId,
      leftOut.length > 0 ? leftOut : null,
    ],
  );
}
