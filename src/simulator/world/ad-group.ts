import type { ApiRecord, JsonValue } from "../json.ts";
import { choose, hash } from "../random.ts";
import { SECONDS_PER_DAY } from "./clock.ts";
import { makeId } from "./ids.ts";
import { makeName } from "./names.ts";
import { statusAt, summarizeStatus } from "./statuses.ts";
import { makeTrackingUrls } from "./tracking-urls.ts";

const MICRO = 1_000_000;

/** The fields of schema `AdGroupResponse` for the `serial`-th ad group of an account, below `campaign`. */
export function makeAdGroup(seed: number, account: number, campaign: ApiRecord, serial: number): ApiRecord {
  const status = statusAt(serial);
  const random = hash(seed, account, serial, "ad_group");
  const created = Number(campaign["created_time"]) + 60;
  const underCampaignBudget = campaign["is_campaign_budget_optimization"] === true;
  const automaticBid = serial % 3 === 0;
  return {
    id: makeId("ad_group", account, serial),
    ad_account_id: campaign["ad_account_id"] ?? null,
    campaign_id: campaign.id,
    name: makeName("Ad group", serial),
    status,
    budget_in_micro_currency: underCampaignBudget ? null : (1 + (random % 500)) * MICRO,
    budget_type: underCampaignBudget ? "CBO_ADGROUP" : choose(["DAILY", "LIFETIME"], serial),
    bid_in_micro_currency: automaticBid ? null : 100_000 + (random % 4_000_000),
    bid_strategy_type: automaticBid ? "AUTOMATIC_BID" : choose(["MAX_BID", "TARGET_AVG", null], serial),
    bid_multiplier: serial % 5 === 1 ? 1.35 : null,
    optimization_goal_metadata: serial % 4 === 0 ? makeGoal(account, serial) : null,
    start_time: created + SECONDS_PER_DAY,
    end_time: serial % 2 === 0 ? null : created + 60 * SECONDS_PER_DAY,
    targeting_spec: makeTargeting(serial),
    lifetime_frequency_cap: serial % 6 === 0 ? 10 : -1,
    tracking_urls: serial % 4 === 1 ? makeTrackingUrls(serial) : null,
    auto_targeting_enabled: serial % 7 === 6 ? null : serial % 2 === 0,
    placement_group: choose(["ALL", "SEARCH", "BROWSE", "OTHER"], serial),
    pacing_delivery_type: choose(["STANDARD", "STANDARD", "ACCELERATED"], serial),
    billable_event: choose(["CLICKTHROUGH", "IMPRESSION", "VIDEO_V_50_MRC"], serial),
    conversion_learning_mode_type: choose([null, "NOT_ACTIVE", "ACTIVE"], serial),
    is_creative_optimization: choose([null, true, false], serial),
    promotion_id: choose(["0", null], serial),
    promotion_application_level: choose([null, "NONE", "AD_GROUP"], serial),
    targeting_template_ids: serial % 9 === 4 ? [makeId("tag", account, serial)] : null,
    dca_assets: null,
    feed_profile_id: "0",
    summary_status: summarizeStatus(status),
    created_time: created,
    updated_time: created + (random % 20) * SECONDS_PER_DAY,
    type: "adgroup",
  };
}

function makeTargeting(serial: number): JsonValue {
  if (serial % 5 === 4) return {};
  return {
    AGE_BUCKET: ["25-34", "35-44"],
    GENDER: ["female", "unknown"],
    GEO: ["US", "US-CA"],
    LOCALE: ["en-US"],
    INTEREST: ["925056443165", "951970784117"],
    ...(serial % 2 === 0
      ? { SHOPPING_RETARGETING: [{ lookback_window: 30, exclusion_window: 14, tag_types: [0, 6] }] }
      : {}),
  };
}

function makeGoal(account: number, serial: number): JsonValue {
  return {
    conversion_tag_v3_goal_metadata: {
      attribution_windows: { click_window_days: 30, engagement_window_days: 30, view_window_days: 1 },
      conversion_event: "CHECKOUT",
      conversion_tag_id: makeId("tag", account, serial),
      cpa_goal_value_in_micro_currency: "9007199254740993",
      is_roas_optimized: false,
      learning_mode_type: "ACTIVE",
    },
    frequency_goal_metadata: null,
    scrollup_goal_metadata: null,
  };
}
