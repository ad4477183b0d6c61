import { json, ownerUserId, text, time } from "./column.ts";
import { defineResource } from "./define.ts";
import { NO_CATALOG } from "./no-catalog.ts";

export const feeds = defineResource({
  kind: "list",
  name: "feeds",
  group: "catalogs",
  description:
    "Data feeds that fill catalogs: files that Pinterest fetches every day or two. One row per feed; passwords are never stored.",
  path: "/catalogs/feeds",
  category: "catalogs_read",
  oauthScopes: ["catalogs:read"],
  scope: "owner",
  listing: "full",
  key: ["owner_user_id", "id"],
  emptyAnswers: NO_CATALOG,
  // User name and password of the host that serves the file.
  droppedFields: ["credentials"],
  columns: [
    ownerUserId,
    text("id", "Feed id."),
    text("name", "Feed name; null for some old feeds."),
    text("catalog_type", "Vertical: RETAIL, HOTEL or CREATIVE_ASSETS."),
    text(
      "catalog_id",
      "Catalog that the feed fills; joins to id of catalogs. Hotel and creative assets feeds only, null for retail.",
    ),
    text("status", "ACTIVE or INACTIVE; DELETED right after a deletion."),
    text("format", "File format: TSV, CSV or XML."),
    text(
      "location",
      "URL that Pinterest fetches the file from; user info and secret-looking parts are replaced by ***.",
      { masked: true },
    ),
    text(
      "default_country",
      "Country of the feed's products, two letters (ISO 3166-1 alpha-2). Retail and creative assets feeds only, null for hotel.",
    ),
    text("default_currency", "Currency of prices without one, three letters (ISO 4217); null when not set."),
    text("default_locale", "Language of the feed's texts, such as en-US."),
    text(
      "default_availability",
      "Availability of products without one: IN_STOCK, OUT_OF_STOCK or PREORDER. Retail feeds only, null for the others.",
    ),
    json(
      "preferred_processing_schedule",
      "Preferred daily time of processing: time (HH:MM) and timezone; null when Pinterest chooses.",
    ),
    time("created_at", "When the feed was created, UTC."),
    time("updated_at", "When the feed was last changed, UTC."),
  ],
});
