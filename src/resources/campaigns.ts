import { adAccountId, flag, json, micro, text, time } from "./column.ts";
import { defineResource } from "./define.ts";
import { EVERY_ENTITY } from "./statuses.ts";

export const campaigns = defineResource({
  kind: "list",
  name: "campaigns",
  group: "entities",
  description: "Campaigns of an ad account, archived and draft ones included. One row per campaign.",
  path: "/ad_accounts/{ad_account_id}/campaigns",
  category: "ads_read",
  oauthScopes: ["ads:read"],
  scope: "ad_account",
  query: EVERY_ENTITY,
  listing: "full",
  idFilter: "campaign_ids",
  key: ["ad_account_id", "id"],
  columns: [
    adAccountId,
    text("id", "Campaign id."),
    text("name", "Campaign name."),
    text("status", "Configured state: ACTIVE, PAUSED, ARCHIVED, DRAFT or DELETED_DRAFT."),
    text(
      "summary_status",
      "Effective state: RUNNING, PAUSED, NOT_STARTED, COMPLETED, ADVERTISER_DISABLED, ARCHIVED, DRAFT or DELETED_DRAFT. May change although updated_time does not.",
    ),
    text(
      "objective_type",
      "Objective: AWARENESS, CONSIDERATION, WEB_CONVERSION, CATALOG_SALES or VIDEO_COMPLETION; old campaigns may carry retired values.",
    ),
    micro(
      "daily_spend_cap",
      "Daily budget of the campaign, only under campaign budget optimization; never set together with lifetime_spend_cap.",
    ),
    micro(
      "lifetime_spend_cap",
      "Lifetime budget of the campaign, only under campaign budget optimization; never set together with daily_spend_cap.",
    ),
    time("start_time", "Start of delivery, UTC."),
    time("end_time", "End of delivery, UTC; null when open-ended."),
    text("order_line_id", "Order line that pays for the campaign; joins to order_lines."),
    flag("is_campaign_budget_optimization", "True when Pinterest distributes the budget over the ad groups."),
    flag(
      "is_flexible_daily_budgets",
      "True when the daily budget may vary within the week (Performance+ budgets).",
    ),
    flag("is_automated_campaign", "True when the campaign was created with automation."),
    flag("is_performance_plus", "True for Performance+ campaigns."),
    json("tracking_urls", "Third-party tracking URLs by event (impression, click, engagement, …)."),
    json("bid_options", "Bid multipliers by app type, audience and placement."),
    time("created_time", "When the campaign was created, UTC."),
    time("updated_time", "When the campaign was last changed, UTC."),
    text("type", "Object type as Pinterest names it."),
  ],
});
