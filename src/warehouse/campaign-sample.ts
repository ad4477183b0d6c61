import type { Warehouse } from "./database.ts";

export interface CampaignSampleRow {
  readonly name: string | null;
  readonly account: string | null;
  readonly objective_type: string | null;
  readonly summary_status: string | null;
  readonly ads: number;
}

/** A few campaigns of every account with their number of ads, for a first look. */
export async function readCampaignSample({ knex }: Warehouse, limit: number): Promise<CampaignSampleRow[]> {
  const { rows } = await knex.raw<{ rows: CampaignSampleRow[] }>(
    `select c.name, a.name as account, c.objective_type, c.summary_status,
            (select count(*)::int from pinterest_ads_ads as ad
              where ad.ad_account_id = c.ad_account_id and ad.campaign_id = c.id and ad._deleted_at is null) as ads
       from (select *, row_number() over (partition by ad_account_id order by id) as place
               from pinterest_ads_campaigns where _deleted_at is null) as c
       join pinterest_ads_ad_accounts as a using (ad_account_id)
      order by c.place, a.name limit ?`,
    [limit],
  );
  return rows;
}
