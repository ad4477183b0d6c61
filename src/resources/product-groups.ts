import { flag, json, ownerUserId, text, time } from "./column.ts";
import { defineResource } from "./define.ts";
import { NO_CATALOG } from "./no-catalog.ts";

export const productGroups = defineResource({
  kind: "list",
  name: "product_groups",
  group: "catalogs",
  description:
    "Product groups of catalogs: saved selections of items, in all verticals. One row per product group; product_group_promotions tells which ones are advertised.",
  path: "/catalogs/product_groups",
  category: "catalogs_read",
  oauthScopes: ["catalogs:read"],
  scope: "owner",
  listing: "full",
  key: ["owner_user_id", "id"],
  emptyAnswers: NO_CATALOG,
  columns: [
    ownerUserId,
    text("id", "Product group id; catalog_product_group_id of product_group_promotions joins to it."),
    text("catalog_id", "Catalog of the product group; joins to id of catalogs."),
    text("catalog_type", "Vertical: RETAIL, HOTEL or CREATIVE_ASSETS."),
    text("feed_id", "Feed of the product group; joins to id of feeds. Retail only, null for the others."),
    text("name", "Product group name."),
    text("description", "Description; null when none was given."),
    text("status", "ACTIVE or INACTIVE. Retail only, null for the others."),
    text(
      "type",
      "Who made it: MERCHANT_CREATED, else Pinterest (ALL_PRODUCTS, BEST_DEALS, TOP_SELLERS, NEW_ARRIVALS, …; ALL_LISTINGS for hotels). Retail and hotel only, null for creative assets.",
    ),
    json("filters", "Rules that select the items: any_of or all_of, each rule under its attribute's name."),
    text(
      "country",
      "Country of the items, two letters (ISO 3166-1 alpha-2). Retail only, null for the others.",
    ),
    text("locale", "Language of the items, such as en-US. Retail only, null for the others."),
    flag(
      "is_featured",
      "True when the product group is featured; deprecated by Pinterest. Retail only, null for the others.",
    ),
    time("created_at", "When the product group was created, UTC."),
    time("updated_at", "When the product group was last changed, UTC."),
  ],
});
