import { adAccountId, flag, micro, text } from "./column.ts";
import { defineResource } from "./define.ts";
import { EVERY_ENTITY } from "./statuses.ts";

/** Pinterest refuses to list these without an ad group; only catalog-sales campaigns have any. */
export const productGroupPromotions = defineResource({
  kind: "list",
  name: "product_group_promotions",
  group: "entities",
  description:
    "Product groups that shopping ad groups promote (catalog-sales campaigns), archived ones included. One row per promoted product group of an ad group.",
  path: "/ad_accounts/{ad_account_id}/product_group_promotions",
  category: "ads_read",
  oauthScopes: ["ads:read"],
  scope: "ad_account",
  query: EVERY_ENTITY,
  parent: {
    resource: "ad_groups",
    column: "id",
    parameter: "ad_group_id",
    only: { resource: "campaigns", on: "campaign_id", column: "objective_type", values: ["CATALOG_SALES"] },
  },
  listing: "full",
  idFilter: "product_group_promotion_ids",
  key: ["ad_account_id", "id"],
  columns: [
    adAccountId,
    text("id", "Product group promotion id; the product group id of Pinterest's reports is this one."),
    text("ad_group_id", "Ad group that promotes it; joins to id of ad_groups."),
    text(
      "catalog_product_group_id",
      "Product group of the catalog that is promoted; joins to id of product_groups.",
    ),
    text("catalog_product_group_name", "Name of the catalog's product group."),
    text("status", "Configured state: ACTIVE, PAUSED, ARCHIVED, DRAFT or DELETED_DRAFT."),
    flag("included", "True when its products may be advertised, false when they are excluded."),
    micro("bid_in_micro_currency", "Bid of the product group; null when it has none of its own."),
    text("parent_id", "Product group above it in a subdivided tree; null at the top."),
    text("definition", "Attributes that select its products, as the full path from the top of the tree."),
    text("relative_definition", "Attribute and value that select its products within parent_id."),
    text("creative_type", "Ad format: REGULAR, VIDEO, SHOPPING, CAROUSEL, COLLECTION and others."),
    text("preferred_media_type", "Medium shown where a product has both: VIDEO or IMAGE."),
    text("selected_image_tag", "Tag of the catalog's ad images to use; null when none was chosen."),
    text("selected_video_tag", "Tag of the catalog's ad videos to use; null when none was chosen."),
    flag("is_generate_background", "True when Pinterest may generate backgrounds for product images."),
    flag("is_mdl", "True when ads lead to the mobile deep links of the catalog."),
    text("grid_click_type", "Where a click in the grid leads: CLOSEUP or DIRECT_TO_DESTINATION."),
    text(
      "customizable_cta_type",
      "Call to action below the ad: SHOP_NOW, BOOK_NOW, ON_SALE, GET_DEAL or BUY_ONLINE_PICKUP_IN_STORE; null: none.",
    ),
    text("collections_hero_pin_id", "Hero Pin when promoted as a collection; null otherwise."),
    text("collections_hero_destination_url", "Landing page of the hero Pin; null unless a collection."),
    text(
      "collections_header_type",
      "Header of the collection: SHOP_THIS_COLLECTION, EXPLORE_THIS_COLLECTION, NO_HEADER, ON_SALE or GET_DEAL.",
    ),
    text("slideshow_collections_title", "Title of a slideshow collection; null otherwise."),
    text("slideshow_collections_description", "Description of a slideshow collection; null otherwise."),
    text("tracking_url", "Tracking template of the product group."),
  ],
});
