/** How much there is. Every number is per the thing it is named after; nothing else changes with it. */
export interface WorldSize {
  /** Ad accounts the token can see. */
  accounts: number;
  /** True: one user owns all ad accounts, so they share its catalogs. False: an owner per account. */
  sharedOwner: boolean;
  /** Per ad account. */
  campaigns: number;
  adGroupsPerCampaign: number;
  adsPerAdGroup: number;
  /** Only below campaigns whose objective is CATALOG_SALES. */
  productGroupPromotionsPerAdGroup: number;
  /** Per owner; the verticals take turns: RETAIL, HOTEL, CREATIVE_ASSETS. At most one is retail. */
  catalogs: number;
  /** Per owner. */
  feeds: number;
  processingResultsPerFeed: number;
  /** Per owner. */
  productGroups: number;
  /** Per ad account or owner, of every other listing that nothing else refers to. */
  others: number;
  /** So many owners, from the last on, have no catalog at all. */
  ownersWithoutCatalog: number;
  /** Of the days of an ad that is no draft, this share has delivery, 0 to 1; seen in analytics alone. */
  deliveringShare: number;
}

export const DEFAULT_SIZE: WorldSize = {
  accounts: 2,
  sharedOwner: false,
  campaigns: 12,
  adGroupsPerCampaign: 3,
  adsPerAdGroup: 4,
  productGroupPromotionsPerAdGroup: 5,
  catalogs: 3,
  feeds: 6,
  processingResultsPerFeed: 4,
  productGroups: 20,
  others: 8,
  ownersWithoutCatalog: 0,
  deliveringShare: 0.3,
};
