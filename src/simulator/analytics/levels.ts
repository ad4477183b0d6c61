import { hash } from "../random.ts";
import { makeId } from "../world/ids.ts";
import type { Share } from "./breakdown.ts";
import type { KnownAccount, KnownAd, KnownAdGroup, KnownCampaign, KnownPromotion } from "./registry.ts";

/** Every `level` of the reports (OpenAPI description 5.23). */
export const REPORT_LEVELS = [
  "ADVERTISER",
  "ADVERTISER_TARGETING",
  "CAMPAIGN",
  "CAMPAIGN_TARGETING",
  "AD_GROUP",
  "AD_GROUP_TARGETING",
  "PIN_PROMOTION",
  "PIN_PROMOTION_TARGETING",
  "KEYWORD",
  "PRODUCT_GROUP",
  "PRODUCT_GROUP_TARGETING",
  "PRODUCT_ITEM",
  "PRODUCT_ITEM_TARGETING",
] as const;
export type ReportLevel = (typeof REPORT_LEVELS)[number];

/** What rows are about. No product item ever has rows here. */
export type Level =
  | "ADVERTISER"
  | "CAMPAIGN"
  | "AD_GROUP"
  | "PIN_PROMOTION"
  | "KEYWORD"
  | "PRODUCT_GROUP"
  | "PRODUCT_ITEM";

/** What the rows of one id are made from. */
export interface Entity {
  id: string;
  /** Its facts are those of these ads… */
  ads: readonly KnownAd[];
  /** …or one share of them. */
  share: Share | undefined;
  account: KnownAccount;
  campaign?: KnownCampaign;
  adGroup?: KnownAdGroup;
  ad?: KnownAd;
  promotion?: KnownPromotion;
}

/** The column that identifies a row. */
export const IDENTITY_COLUMN: Record<Level, string> = {
  ADVERTISER: "AD_ACCOUNT_ID",
  CAMPAIGN: "CAMPAIGN_ID",
  AD_GROUP: "AD_GROUP_ID",
  PIN_PROMOTION: "AD_ID",
  KEYWORD: "KEYWORD_ID",
  PRODUCT_GROUP: "PRODUCT_GROUP_ID",
  PRODUCT_ITEM: "PRODUCT_ITEM_ID",
};

const KEYWORDS_PER_AD_GROUP = 3;
const KEYWORD_IDS = "385";
const PROMOTION_SALT = 11;
const KEYWORD_SALT = 13;

export const isTargeting = (level: ReportLevel): boolean => level.endsWith("_TARGETING");

/** What the rows of a report are about, targeting or not. */
export const baseLevel = (level: ReportLevel): Level => level.replace(/_TARGETING$/, "") as Level;

/** Every entity of an account that can have rows of that level, in the order in which they were first seen. */
export function listEntities(account: KnownAccount, level: Level): Entity[] {
  const { campaigns, adGroups, ads, promotions } = account;
  switch (level) {
    case "ADVERTISER":
      return [{ id: account.record.id, ads: [...ads.values()], share: undefined, account }];
    case "CAMPAIGN":
      return Array.from(campaigns.values(), (campaign) => ({
        id: campaign.record.id,
        ads: campaign.ads,
        share: undefined,
        account,
        campaign,
      }));
    case "AD_GROUP":
      return Array.from(adGroups.values(), (adGroup) => ({
        id: adGroup.record.id,
        ads: adGroup.ads,
        share: undefined,
        ...placeOf(account, adGroup),
      }));
    case "PIN_PROMOTION":
      return Array.from(ads.values(), (ad) => ({
        id: ad.record.id,
        ads: [ad],
        share: undefined,
        ...placeOf(account, ad.adGroup),
        ad,
      }));
    case "PRODUCT_GROUP":
      return Array.from(promotions.values(), (promotion) => ({
        id: promotion.record.id,
        ads: promotion.adGroup.ads,
        share: {
          index: promotion.index,
          of: promotion.adGroup.promotions.length,
          salt: PROMOTION_SALT,
        },
        ...placeOf(account, promotion.adGroup),
        promotion,
      }));
    case "KEYWORD":
      return [...adGroups.values()].flatMap((adGroup) => listKeywords(account, adGroup));
    case "PRODUCT_ITEM":
      return [];
  }
}

const placeOf = (account: KnownAccount, adGroup: KnownAdGroup) => ({
  account,
  campaign: adGroup.campaign,
  adGroup,
});

function listKeywords(account: KnownAccount, adGroup: KnownAdGroup): Entity[] {
  return Array.from({ length: KEYWORDS_PER_AD_GROUP }, (_, index) => ({
    id: makeId(KEYWORD_IDS, account.index, adGroup.serial * KEYWORDS_PER_AD_GROUP + index),
    ads: adGroup.ads,
    share: { index, of: KEYWORDS_PER_AD_GROUP, salt: KEYWORD_SALT + hash(adGroup.record.id) },
    ...placeOf(account, adGroup),
  }));
}
