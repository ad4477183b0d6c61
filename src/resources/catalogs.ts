import { ownerUserId, text, time } from "./column.ts";
import { defineResource } from "./define.ts";
import { NO_CATALOG } from "./no-catalog.ts";

export const catalogs = defineResource({
  kind: "list",
  name: "catalogs",
  group: "catalogs",
  description:
    "Catalogs of the users who own ad accounts, in all verticals: retail, hotel and creative assets. One row per catalog.",
  path: "/catalogs",
  category: "catalogs_read",
  oauthScopes: ["catalogs:read"],
  scope: "owner",
  listing: "full",
  key: ["owner_user_id", "id"],
  emptyAnswers: NO_CATALOG,
  columns: [
    ownerUserId,
    text("id", "Catalog id."),
    text("name", "Catalog name; null when none was given."),
    text("catalog_type", "Vertical: RETAIL, HOTEL or CREATIVE_ASSETS."),
    time("created_at", "When the catalog was created, UTC."),
    time("updated_at", "When the catalog was last changed, UTC."),
  ],
});
