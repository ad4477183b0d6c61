import { type Attribution, nameAttribution } from "../resources/attribution.ts";
import type { Warehouse } from "./database.ts";

/** Keeps the configured attribution settings in place of those before; the first is the one that views show. */
export async function recordAttributions(
  { knex }: Warehouse,
  attributions: readonly Attribution[],
): Promise<void> {
  const rows = attributions.map((setting, position) => ({
    attribution: nameAttribution(setting),
    click_window_days: setting.click,
    engagement_window_days: setting.engagement,
    view_window_days: setting.view,
    conversion_report_time: setting.reportTime,
    is_default: position === 0,
    position,
  }));
  await knex.transaction(async (transaction) => {
    // Two runs that begin together would each see the rows of the other as new.
    await transaction.raw("lock table pinterest_ads_attributions in share row exclusive mode");
    await transaction("pinterest_ads_attributions").delete();
    if (rows.length > 0) await transaction("pinterest_ads_attributions").insert(rows);
  });
}
