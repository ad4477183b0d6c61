import { adAccountId, decimal, flag, integer, json, micro, text, time } from "./column.ts";
import { defineResource } from "./define.ts";
import { EVERY_ENTITY } from "./statuses.ts";

export const adGroups = defineResource({
  kind: "list",
  name: "ad_groups",
  group: "entities",
  description: "Ad groups of an ad account, archived and draft ones included. One row per ad group.",
  path: "/ad_accounts/{ad_account_id}/ad_groups",
  category: "ads_read",
  oauthScopes: ["ads:read"],
  scope: "ad_account",
  query: EVERY_ENTITY,
  listing: "full",
  idFilter: "ad_group_ids",
  key: ["ad_account_id", "id"],
  columns: [
    adAccountId,
    text("id", "Ad group id."),
    text("campaign_id", "Campaign of the ad group; joins to id of campaigns."),
    text("name", "Ad group name."),
    text("status", "Configured state: ACTIVE, PAUSED, ARCHIVED, DRAFT or DELETED_DRAFT."),
    text(
      "summary_status",
      "Effective state: RUNNING, PAUSED, NOT_STARTED, COMPLETED, ADVERTISER_DISABLED, ARCHIVED, DRAFT or DELETED_DRAFT. May change although updated_time does not.",
    ),
    text(
      "budget_type",
      "What the budget covers: DAILY, LIFETIME, or CBO_ADGROUP when the campaign distributes its own budget.",
    ),
    micro("budget_in_micro_currency", "Budget per day or lifetime, see budget_type; null under CBO_ADGROUP."),
    micro("bid_in_micro_currency", "Bid or bid limit, see bid_strategy_type; null when Pinterest bids."),
    text("bid_strategy_type", "How bids are set: AUTOMATIC_BID, MAX_BID or TARGET_AVG."),
    decimal("bid_multiplier", "Factor applied to the bid, 0.1 to 10; null when there is none. Beta."),
    text("billable_event", "What is charged: CLICKTHROUGH, IMPRESSION or VIDEO_V_50_MRC (video view)."),
    text("pacing_delivery_type", "STANDARD spends evenly over the day, ACCELERATED as fast as possible."),
    text("placement_group", "Where ads appear: ALL, SEARCH, BROWSE or OTHER."),
    time("start_time", "Start of delivery, UTC; null: with the campaign."),
    time("end_time", "End of delivery, UTC; null when open-ended."),
    integer(
      "lifetime_frequency_cap",
      "Most impressions per user within rolling 30 days; only where impressions are charged.",
    ),
    flag("auto_targeting_enabled", "True when Pinterest extends the targeting (Performance+ targeting)."),
    json(
      "targeting_spec",
      "Targeting by dimension (GEO, GENDER, INTEREST, AUDIENCE_INCLUDE, …), values as ids.",
    ),
    json("targeting_template_ids", "Array of targeting template ids applied; at most one at present."),
    json(
      "optimization_goal_metadata",
      "What delivery is optimized for: conversion tag, event, attribution windows and goal value, frequency or scroll-up goal. Amounts in it are millionths of the ad account's currency.",
    ),
    text("conversion_learning_mode_type", "Learning mode of conversion optimization: ACTIVE or NOT_ACTIVE."),
    flag("is_creative_optimization", "True when Pinterest may show product Pins in other ad formats."),
    text(
      "promotion_id",
      "Promotion shown with the ads; joins to id of promotions. 0 or null when there is none.",
    ),
    text("promotion_application_level", "Where the promotion applies: NONE, ITEM or AD_GROUP."),
    text("feed_profile_id", "Feed profile tied to the ad group."),
    json(
      "dca_assets",
      "Assets that dynamic creative assembly combines into ads; Pinterest leaves its shape open.",
    ),
    json(
      "tracking_urls",
      "Third-party tracking URLs by event (impression, click, engagement, …); can override those of the campaign.",
    ),
    time("created_time", "When the ad group was created, UTC."),
    time("updated_time", "When the ad group was last changed, UTC."),
    text("type", "Object type as Pinterest names it, adgroup."),
  ],
});
