import type { Window } from "../window.ts";
import type { Warehouse } from "./database.ts";

/** What a campaign cost and brought in a span of days; sums are exact decimals. */
export interface CampaignPerformanceRow {
  readonly campaign: string | null;
  /** Three letters (ISO 4217), or UNK when Pinterest does not know it. */
  readonly currency: string | null;
  /** In that currency. */
  readonly spend: string;
  readonly impressions: string;
  readonly clicks: string;
  readonly conversions: string;
}

/** The campaigns that spent most, by the number, whatever the currency; for a first look. */
export async function readCampaignPerformance(
  { knex }: Warehouse,
  { from, to }: Window,
  limit: number,
): Promise<CampaignPerformanceRow[]> {
  const { rows } = await knex.raw<{ rows: CampaignPerformanceRow[] }>(
    `select campaign_name as campaign, currency, coalesce(sum(spend), 0)::numeric(30, 2)::text as spend,
            coalesce(sum(impressions), 0)::text as impressions, coalesce(sum(clicks), 0)::text as clicks,
            coalesce(sum(total_conversions), 0)::text as conversions
       from pinterest_ads_campaign_performance where date between ? and ?
      group by ad_account_id, campaign_id, campaign_name, currency
      order by sum(spend) desc nulls last, campaign_id limit ?`,
    [from, to, limit],
  );
  return rows;
}
