import { adAccountId, flag, json, text, time } from "./column.ts";
import { defineResource } from "./define.ts";
import { EVERY_ENTITY } from "./statuses.ts";

export const ads = defineResource({
  kind: "list",
  name: "ads",
  group: "entities",
  description:
    "Ads of an ad account, archived and draft ones included. One row per ad, which promotes one Pin.",
  path: "/ad_accounts/{ad_account_id}/ads",
  category: "ads_read",
  oauthScopes: ["ads:read"],
  scope: "ad_account",
  query: EVERY_ENTITY,
  listing: "full",
  idFilter: "ad_ids",
  key: ["ad_account_id", "id"],
  columns: [
    adAccountId,
    text("id", "Ad id."),
    text("ad_group_id", "Ad group of the ad; joins to id of ad_groups."),
    text("campaign_id", "Campaign of the ad; joins to id of campaigns."),
    text("pin_id", "Pin that the ad promotes."),
    text("name", "Ad name; null when none was given."),
    text("status", "Configured state: ACTIVE, PAUSED, ARCHIVED, DRAFT or DELETED_DRAFT."),
    text(
      "summary_status",
      "Effective state: APPROVED, PAUSED, PENDING, REJECTED, ADVERTISER_DISABLED, ARCHIVED, DRAFT or DELETED_DRAFT. May change although updated_time does not.",
    ),
    text("review_status", "Outcome of Pinterest's review: PENDING, APPROVED, REJECTED or OTHER."),
    json("rejected_reasons", "Array of rejection codes; filled only when review_status is REJECTED."),
    json("rejection_labels", "Array of rejection texts; filled only when review_status is REJECTED."),
    text(
      "creative_type",
      "Ad format: REGULAR, VIDEO, MAX_VIDEO, SHOPPING, CAROUSEL, COLLECTION, IDEA, SHOWCASE, QUIZ, COLLAGE and others.",
    ),
    text("destination_url", "Landing page; null when none is set on the ad."),
    text("android_deep_link", "Link into an Android app; null when there is none."),
    text("ios_deep_link", "Link into an iOS app; null when there is none."),
    json("carousel_destination_urls", "Array of landing pages, one per carousel card; null otherwise."),
    json("carousel_android_deep_links", "Array of Android app links, one per carousel card; null otherwise."),
    json("carousel_ios_deep_links", "Array of iOS app links, one per carousel card; null otherwise."),
    text(
      "collection_items_destination_url_template",
      "URL template for the landing pages of all items of a collection ad; null otherwise.",
    ),
    text("grid_click_type", "Where a click in the grid leads: CLOSEUP or DIRECT_TO_DESTINATION."),
    text("customizable_cta_type", "Call to action below the ad, such as LEARN_MORE or SHOP_NOW; null: none."),
    text("lead_form_id", "Lead form that the ad opens; joins to id of lead_forms. Null unless a lead ad."),
    json("quiz_pin_data", "Questions, answers and results of a quiz ad; null otherwise."),
    text(
      "disclosure_type",
      "What disclosure_url shows, for pharmaceutical ads: NO_DISCLOSURE, PRESCRIBING_INFORMATION, IMPORTANT_SAFETY_INFO, MED_GUIDE, PATIENT_INFORMATION and others.",
    ),
    text("disclosure_url", "Page with disclosures on a pharmaceutical product; null when there is none."),
    text("click_tracking_url", "Third-party URL called on a click."),
    text("view_tracking_url", "Third-party URL called on an impression."),
    json(
      "tracking_urls",
      "Third-party tracking URLs by event (impression, click, engagement, …); can override those of the ad group and campaign.",
    ),
    flag("is_pin_deleted", "True when the original Pin was deleted."),
    flag(
      "is_removable",
      "As Pinterest sends it. Documented only as whether the Pin can be saved by others (repinned).",
    ),
    time("created_time", "When the ad was created, UTC; Pinterest calls it the creation of the Pin."),
    time("updated_time", "When the ad was last changed, UTC."),
    text("type", "Object type as Pinterest names it: ad or pinpromotion."),
  ],
});
