import type { Day, Window } from "../window.ts";
import type { Warehouse } from "./database.ts";

/** What Pinterest says of a day's metrics (GET /resources/metrics_ready_state). */
export interface MetricsReady {
  readonly date: Day;
  readonly deliveryFinal: boolean;
  readonly conversionsFinal: boolean;
}

/** After so long an older day that was not final is asked about again. */
const RECHECK = "20 hours";

/**
 * Days of the span, both ends included, to ask about: those not known to be final. Before `recentFrom` only those
 * that were not asked about lately, because there a change is rare.
 */
export async function readOpenDays({ knex }: Warehouse, span: Window, recentFrom: Day): Promise<Day[]> {
  const { rows } = await knex.raw<{ rows: { day: Day }[] }>(
    `select to_char(d, 'YYYY-MM-DD') as day
       from generate_series(?::date, ?::date, interval '1 day') as d
       left join pinterest_ads_metrics_ready as r on r.date = d::date
      where r.final_since is null
        and (d >= ?::date or r.checked_at is null or r.checked_at < now() - interval '${RECHECK}')
      order by d`,
    [span.from, span.to, recentFrom],
  );
  return rows.map(({ day }) => day);
}

/**
 * Keeps what Pinterest says of some days. `final_since` is the moment at which a day was first found to be final;
 * it is taken back if Pinterest does.
 */
export async function recordMetricsReady({ knex }: Warehouse, days: readonly MetricsReady[]): Promise<void> {
  if (days.length === 0) return;
  await knex.raw(
    `insert into pinterest_ads_metrics_ready as r (date, delivery_final, conversions_final, checked_at, final_since)
     select date, "deliveryFinal", "conversionsFinal", now(), case when "deliveryFinal" and "conversionsFinal" then now() end
       from json_to_recordset(?) as d (date date, "deliveryFinal" boolean, "conversionsFinal" boolean)
      order by date
     on conflict (date) do update
        set delivery_final = excluded.delivery_final, conversions_final = excluded.conversions_final,
            checked_at = excluded.checked_at,
            final_since = case when excluded.final_since is not null then coalesce(r.final_since, excluded.final_since) end`,
    [JSON.stringify(days)],
  );
}
