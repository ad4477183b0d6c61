import { day, decimal, flag, given, integer, json, ratio, text, time } from "../../src/resources/column.ts";
import { defineResource } from "../../src/resources/define.ts";

const common = {
  kind: "list",
  group: "entities",
  category: "ads_read",
  oauthScopes: ["ads:read"],
} as const;

/** A list of an ad account with a column of every type. */
export const things = defineResource({
  ...common,
  name: "things",
  description: "Things of an ad account. One row per thing.",
  path: "/ad_accounts/{ad_account_id}/things",
  scope: "ad_account",
  listing: "full",
  key: ["ad_account_id", "id"],
  columns: [
    given("ad_account_id", "Ad account."),
    text("id", "Thing."),
    text("name", "Name."),
    integer("budget", "Budget."),
    decimal("price", "Price."),
    ratio("rate", "Rate."),
    flag("active", "Active."),
    time("created_at", "Creation, UTC."),
    day("due", "Day."),
    json("labels", "Labels."),
  ],
});

/** A list that the token gives, asked once for all. */
export const places = defineResource({
  ...common,
  name: "places",
  description: "Places. One row per place.",
  path: "/places",
  scope: "token",
  listing: "full",
  key: ["ad_account_id"],
  columns: [text("ad_account_id", "Place.", { from: ["id"] }), text("name", "Name.")],
});

/** A history of which only the first page is listed, with a key of three parts. */
export const visits = defineResource({
  ...common,
  name: "visits",
  description: "Visits of a shop. One row per visit.",
  path: "/shops/{shop_id}/visits",
  scope: "owner",
  parent: { resource: "shops", column: "id", parameter: "shop_id" },
  listing: "first_page",
  key: ["owner_user_id", "shop_id", "id"],
  columns: [
    given("owner_user_id", "Owner."),
    given("shop_id", "Shop."),
    text("id", "Visit."),
    text("note", "Note."),
  ],
});
