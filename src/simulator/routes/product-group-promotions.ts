import { adsRefusal, readId, readIds } from "../query.ts";
import { serveEntities } from "./entities.ts";
import { findAccount } from "./find-account.ts";
import { collectOfAccounts, type Listing } from "./listing.ts";

const IDS_AT_MOST = 250;
const refuse = adsRefusal("product group promotion");

/**
 * Needs `ad_group_id` or `product_group_promotion_ids`; with both the ids win (text of the OpenAPI
 * description). An ad group without promotions, or one that does not exist, has an empty list.
 */
export const productGroupPromotions: Listing = {
  name: "product_group_promotions",
  route: {
    path: /^\/ad_accounts\/([^/]+)\/product_group_promotions$/,
    category: "ads_read",
    scope: "ads:read",
    parameters: [
      "product_group_promotion_ids",
      "entity_statuses",
      "ad_group_id",
      "page_size",
      "order",
      "bookmark",
    ],
    answer: {
      page: (context) => {
        const account = findAccount(context);
        const ids = readIds(context.query, "product_group_promotion_ids", IDS_AT_MOST, refuse);
        const adGroupId = readId(context.query, "ad_group_id", refuse);
        if (ids === undefined && adGroupId === undefined) {
          throw refuse("Either ad_group_id or product_group_promotion_ids is required.");
        }
        return serveEntities(context, "product_group_promotions", refuse, () =>
          account.productGroupPromotions.filter((record) =>
            ids ? ids.has(record.id) : record["ad_group_id"] === adGroupId,
          ),
        );
      },
    },
  },
  collect: collectOfAccounts((account) => account.productGroupPromotions),
  wrong: ["bid_in_micro_currency", "rather a lot"],
  amount: "bid_in_micro_currency",
  text: "definition",
  archived: "ARCHIVED",
};
