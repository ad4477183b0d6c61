import type { Resource } from "../resources/define.ts";
import type { Day } from "../window.ts";
import type { Warehouse } from "./database.ts";
import { quoteIdentifier } from "./names.ts";
import { definePerformanceViews } from "./performance-view.ts";

/** What an ad account spent and got on a day under the default attribution setting. */
export interface DailyTotal {
  readonly ad_account_id: string;
  readonly date: Day;
  /** In the account's currency. Null, as the others, when the day's metric was not asked for or is not configured. */
  readonly spend: number | null;
  readonly impressions: number | null;
  readonly conversions: number | null;
}

const RESOURCE = "ad_account_analytics";
const VIEW = "pinterest_ads_ad_account_performance";
/** Columns of the view that hold a quantity, the best choice first: which there are is up to the configuration. */
const QUANTITIES = {
  spend: ["spend", "spend_in_dollar"],
  impressions: ["impressions", "paid_impression", "impression_1"],
  conversions: ["total_conversions"],
} as const;

/**
 * Totals of ad accounts by day, from `from` on, for the days that are loaded; one without any delivery has zeros.
 * Empty when the level of ad accounts is not among `resources`.
 */
export async function readDailyTotals(
  { knex }: Warehouse,
  resources: readonly Resource[],
  from: Day,
): Promise<DailyTotal[]> {
  const view = definePerformanceViews(resources).find(({ name }) => name === VIEW);
  if (!view) return [];
  const quantities = Object.entries(QUANTITIES).map(([name, choices]) => {
    const column = choices.find((choice) => view.columns.some((other) => other.name === choice));
    // Pinterest leaves out what is zero: a metric as well as a day on which all are.
    const value = column && `coalesce(p.${quoteIdentifier(column)}, case when d.left_out is null then 0 end)`;
    return `(${value ?? "null"})::float8 as ${name}`;
  });
  const { rows } = await knex.raw<{ rows: DailyTotal[] }>(
    `select d.ad_account_id, to_char(d.date, 'YYYY-MM-DD') as date, ${quantities.join(", ")}
       from pinterest_ads_loaded_days as d
       join pinterest_ads_attributions as a on a.attribution = d.attribution and a.is_default
       left join ${VIEW} as p on p.ad_account_id = d.ad_account_id and p.date = d.date
      where d.resource = '${RESOURCE}' and d.date >= ? order by 1, d.date`,
    [from],
  );
  return rows;
}
