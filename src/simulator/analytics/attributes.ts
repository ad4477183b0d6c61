import type { JsonValue } from "../json.ts";
import type { Entity } from "./levels.ts";

const MICRO = 1_000_000;

/** How the columns that describe an entity are read off it; those that are not here never have a value. */
const READERS: Record<string, (entity: Entity) => JsonValue | undefined> = {
  AD_ACCOUNT_ID: ({ account }) => account.record.id,
  ADVERTISER_ID: ({ account }) => account.record.id,
  CAMPAIGN_ID: ({ campaign }) => campaign?.record.id,
  AD_GROUP_ID: ({ adGroup }) => adGroup?.record.id,
  AD_ID: ({ ad }) => ad?.record.id,
  PIN_PROMOTION_ID: ({ ad }) => ad?.record.id,
  PIN_ID: ({ ad }) => ad?.record["pin_id"],
  PRODUCT_GROUP_ID: ({ promotion }) => promotion?.record.id,
  CAMPAIGN_NAME: ({ campaign }) => campaign?.record["name"],
  CAMPAIGN_ENTITY_STATUS: ({ campaign }) => campaign?.record["status"],
  CAMPAIGN_STATUS: ({ campaign }) => campaign?.record["summary_status"],
  CAMPAIGN_OBJECTIVE_TYPE: ({ campaign }) => campaign?.record["objective_type"],
  CAMPAIGN_LIFETIME_SPEND_CAP: ({ campaign }) => campaign?.record["lifetime_spend_cap"],
  CAMPAIGN_DAILY_SPEND_CAP: ({ campaign }) => campaign?.record["daily_spend_cap"],
  CAMPAIGN_BUDGET_OPTIMIZATION: ({ campaign }) => campaign?.record["is_campaign_budget_optimization"],
  ORDER_LINE_ID: ({ campaign }) => campaign?.record["order_line_id"],
  IS_PREMIERE_CAMPAIGN: ({ campaign }) => (campaign === undefined ? undefined : false),
  AD_GROUP_NAME: ({ adGroup }) => adGroup?.record["name"],
  AD_GROUP_ENTITY_STATUS: ({ adGroup }) => adGroup?.record["status"],
  AD_GROUP_STATUS: ({ adGroup }) => adGroup?.record["summary_status"],
  AD_GROUP_BUDGET_TYPE: ({ adGroup }) => adGroup?.record["budget_type"],
  AD_GROUP_BUDGET_IN_LOCAL_CURRENCY: ({ adGroup }) => {
    const budget = adGroup?.record["budget_in_micro_currency"];
    return typeof budget === "number" ? budget / MICRO : budget;
  },
  AD_GROUP_BID_MULTIPLIER: ({ adGroup }) => adGroup?.record["bid_multiplier"],
  AD_NAME: ({ ad }) => ad?.record["name"],
  PIN_PROMOTION_NAME: ({ ad }) => ad?.record["name"],
  AD_STATUS: ({ ad }) => ad?.record["summary_status"],
  PIN_PROMOTION_STATUS: ({ ad }) => ad?.record["summary_status"],
  PRODUCT_GROUP_STATUS: ({ promotion }) => promotion?.record["status"],
};

/** What a descriptive column says of an entity; undefined or null where it does not apply. */
export function readAttribute(name: string, entity: Entity): JsonValue | undefined {
  return READERS[name]?.(entity);
}

/** Whether the column holds an id, which reports write as a bare number. */
export const isIdColumn = (name: string): boolean => name.endsWith("_ID");
