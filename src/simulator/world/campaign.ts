import type { ApiRecord } from "../json.ts";
import { choose, hash } from "../random.ts";
import { SECONDS_PER_DAY, WORLD_START } from "./clock.ts";
import { makeId } from "./ids.ts";
import { makeName } from "./names.ts";
import { statusAt, summarizeStatus } from "./statuses.ts";
import { makeTrackingUrls } from "./tracking-urls.ts";

/** The documented objectives and one that is retired but still comes back on old campaigns. */
const OBJECTIVES = [
  "CATALOG_SALES",
  "AWARENESS",
  "WEB_CONVERSION",
  "CONSIDERATION",
  "CATALOG_SALES",
  "VIDEO_COMPLETION",
  "WEB_SESSIONS",
];
const MICRO = 1_000_000;

/** The fields of schema `CampaignResponse` for the `serial`-th campaign of an ad account. */
export function makeCampaign(seed: number, account: number, adAccountId: string, serial: number): ApiRecord {
  const status = statusAt(serial);
  const random = hash(seed, account, serial, "campaign");
  const created = WORLD_START - (30 + (random % 700)) * SECONDS_PER_DAY;
  const budgetOptimized = serial % 2 === 0;
  const cap = (5 + (random % 2_000)) * MICRO;
  return {
    id: makeId("campaign", account, serial),
    ad_account_id: adAccountId,
    name: makeName("Campaign", serial),
    status,
    lifetime_spend_cap: budgetOptimized && serial % 4 === 0 ? cap * 30 : null,
    daily_spend_cap: budgetOptimized && serial % 4 !== 0 ? cap : null,
    order_line_id: serial % 5 === 3 ? makeId("tag", account, serial) : null,
    tracking_urls: serial % 3 === 0 ? makeTrackingUrls(serial) : null,
    start_time: serial % 6 === 5 ? null : created + SECONDS_PER_DAY,
    end_time: serial % 3 === 1 ? WORLD_START + (random % 90) * SECONDS_PER_DAY : null,
    is_flexible_daily_budgets: serial % 4 === 3 ? null : serial % 4 === 1,
    is_automated_campaign: serial % 7 === 2 ? null : false,
    bid_options:
      serial % 5 === 0
        ? {
            app_type_multipliers: { web: 1.25, iphone: 0.9 },
            audience_multipliers: {},
            placement_multipliers: { SEARCH: 1.5 },
          }
        : null,
    created_time: created,
    updated_time: created + (random % 30) * SECONDS_PER_DAY,
    is_campaign_budget_optimization: budgetOptimized,
    is_performance_plus: serial % 8 === 7,
    objective_type: choose(OBJECTIVES, serial),
    summary_status: summarizeStatus(status),
    type: "campaign",
  };
}
