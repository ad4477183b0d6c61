import { json, text, time } from "./column.ts";
import { defineResource } from "./define.ts";

export const adAccounts = defineResource({
  kind: "list",
  name: "ad_accounts",
  group: "entities",
  description:
    "Ad accounts that the token can see: those its user owns and those shared through Business Access. One row per ad account.",
  path: "/ad_accounts",
  category: "ads_read",
  oauthScopes: ["ads:read"],
  scope: "token",
  query: { include_shared_accounts: "true" },
  listing: "full",
  key: ["ad_account_id"],
  columns: [
    text("ad_account_id", "Ad account id; every table of an ad account joins to it.", { from: ["id"] }),
    text("name", "Ad account name."),
    text("country", "Country of the ad account, two letters (ISO 3166-1 alpha-2)."),
    text(
      "currency",
      "Currency of every amount of the ad account, three letters (ISO 4217); UNK when Pinterest does not know it.",
    ),
    text(
      "owner_user_id",
      "User who owns the ad account, taken out of owner; catalogs, feeds, feed_processing_results and product_groups join to it.",
      { from: ["owner", "id"] },
    ),
    text("owner_username", "Pinterest user name of the owner, taken out of owner.", {
      from: ["owner", "username"],
    }),
    json("owner", "Owner as Pinterest sent it: id and username."),
    json(
      "permissions",
      "Array of the roles that the token's user has on the ad account, such as OWNER, ADMIN, ANALYST, CAMPAIGN_MANAGER or CATALOGS_MANAGER.",
    ),
    time("created_time", "When the ad account was created, UTC; null when Pinterest does not tell."),
    time("updated_time", "When the ad account was last changed, UTC; null when Pinterest does not tell."),
  ],
});
