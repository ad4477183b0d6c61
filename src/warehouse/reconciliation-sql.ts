import type { AnalyticsResource, ReportLevel, Resource } from "../resources/define.ts";
import { quoteIdentifier, quoteLiteral, tableName } from "./names.ts";

/** Sums that must be the same at every level. */
const COMPARED_METRICS = [
  "spend_in_micro_dollar",
  "impression_1",
  "impression_2",
  "total_impression",
  "clickthrough_1",
  "clickthrough_2",
  "total_clickthrough",
  "total_conversions",
];
/** Levels that share out everything of an ad account; product groups and keywords cover only some of its ads. */
const WHOLE_LEVELS: readonly (ReportLevel | undefined)[] = ["CAMPAIGN", "AD_GROUP", "PIN_PROMOTION"];

/**
 * For every level a statement that writes its comparisons with the account's total. Values: $1 first and $2 last
 * day, $3 ad accounts, $4 tolerance in percent, $5 run or null.
 */
export function compileReconciliation(resources: readonly Resource[]): string[] {
  const analytics = resources.filter((resource) => resource.kind === "analytics");
  const account = analytics.find(({ level }) => level === "ADVERTISER");
  if (!account) return [];
  return analytics
    .filter(({ level }) => WHOLE_LEVELS.includes(level))
    .flatMap((level) => compileLevel(account, level));
}

function compileLevel(account: AnalyticsResource, level: AnalyticsResource): string[] {
  const has = ({ columns }: AnalyticsResource, metric: string) => columns.some(({ name }) => name === metric);
  const metrics = COMPARED_METRICS.filter((metric) => has(account, metric) && has(level, metric));
  if (metrics.length === 0) return [];
  const name = quoteLiteral((level.entity?.column ?? level.name).replace(/_id$/, ""));
  const knows = (resource: AnalyticsResource) =>
    `bool_or(d.resource = ${quoteLiteral(resource.name)} and (m.metric = any(d.left_out)) is not true)`;
  const sql = `
    with loaded as (
      select d.ad_account_id, d.date, d.attribution, m.metric, ${knows(account)} as account_known, ${knows(level)} as level_known
        from pinterest_ads_loaded_days as d
       cross join unnest(array[${metrics.map(quoteLiteral).join(", ")}]) as m (metric)
       where d.resource in (${quoteLiteral(account.name)}, ${quoteLiteral(level.name)})
         and d.date between $1 and $2 and d.ad_account_id = any($3)
       group by 1, 2, 3, 4),
    account_sums as (${compileSums(account, metrics)}),
    level_sums as (${compileSums(level, metrics)}),
    totals as (
      select k.ad_account_id, k.date, k.attribution, k.metric,
             case when k.account_known then coalesce(a.total, 0) end as account_total,
             case when k.level_known then coalesce(l.total, 0) end as level_total
        from loaded as k
        left join account_sums as a using (ad_account_id, date, attribution, metric)
        left join level_sums as l using (ad_account_id, date, attribution, metric))
    insert into pinterest_ads_reconciliation
           (ad_account_id, date, attribution, metric, level, account_total, level_total,
            difference, difference_percent, verdict, checked_at, run_id)
    select ad_account_id, date, attribution, metric, ${name}, account_total, level_total,
           level_total - account_total,
           round(abs(level_total - account_total) * 100 / nullif(abs(account_total), 0), 4),
           case when level_total - account_total is null then 'not_loaded'
                when level_total = account_total then 'equal'
                when abs(level_total - account_total) * 100 <= $4::numeric * abs(account_total) then 'within_tolerance'
                else 'differs' end,
           now(), $5::uuid
      from totals`;
  return [sql];
}

/** The sums of a table by account, day and setting, one row per metric. */
function compileSums(resource: AnalyticsResource, metrics: readonly string[]): string {
  const sums = metrics.map((metric) => `sum(t.${quoteIdentifier(metric)}) as ${quoteIdentifier(metric)}`);
  const values = metrics.map((metric) => `(${quoteLiteral(metric)}, s.${quoteIdentifier(metric)})`);
  return `
      select s.ad_account_id, s.date, s.attribution, m.metric, m.total
        from (select t.ad_account_id, t.date, t.attribution, ${sums.join(", ")}
                from ${quoteIdentifier(tableName(resource))} as t
               where t.ad_account_id = any($3) and t.date between $1 and $2
               group by 1, 2, 3) as s
       cross join lateral (values ${values.join(", ")}) as m (metric, total)`;
}
