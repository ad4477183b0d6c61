import type { AnalyticsEntity } from "./define.ts";

/** What metrics are about, and what that lies within. */
export interface MeasuredEntity extends AnalyticsEntity {
  /** For the column of its id. */
  readonly comment: string;
}

export const campaign: MeasuredEntity = {
  column: "campaign_id",
  field: "CAMPAIGN_ID",
  resource: "campaigns",
  comment: "Campaign; joins to id of campaigns.",
};

export const adGroup: MeasuredEntity = {
  column: "ad_group_id",
  field: "AD_GROUP_ID",
  resource: "ad_groups",
  comment: "Ad group; joins to id of ad_groups.",
};

export const ad: MeasuredEntity = {
  column: "ad_id",
  field: "AD_ID",
  resource: "ads",
  comment: "Ad; joins to id of ads.",
};

/** Pinterest's metrics call a promoted product group a product group; catalogs have others of that name. */
export const productGroup: MeasuredEntity = {
  column: "product_group_id",
  field: "PRODUCT_GROUP_ID",
  resource: "product_group_promotions",
  comment: "Promoted product group; joins to id of product_group_promotions.",
};

/** Rows bring this field unasked: it is not among the columns that can be asked for. */
export const keyword: MeasuredEntity = {
  column: "keyword_id",
  field: "KEYWORD_ID",
  comment: "Keyword id.",
};
