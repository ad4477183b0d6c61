import { hash } from "../random.ts";
import type { Level } from "./levels.ts";

/** The values that each type divides every fact into: whatever is asked for, they add up to the whole. */
const VALUES: Record<string, readonly (string | number)[]> = {
  GENDER: ["female", "unknown", "male"],
  AGE_BUCKET: ["25-34", "35-44", "18-24", "45-49", "50-54", "65+"],
  AGE_BUCKET_AND_GENDER: ["25-34&female", "35-44&female", "25-34&male", "65+&unknown"],
  COUNTRY: ["US", "DE", "GB", "FR"],
  REGION: ["US-CA", "US-NY", "DE-BE", "GB-ENG", "FR-IDF"],
  GEO: ["US", "US-CA", "DE"],
  /** Codes of market areas, which come as numbers. */
  LOCATION: [807, 501, 500, 602, 803],
  PLACEMENT: ["BROWSE", "SEARCH", "OTHER"],
  APPTYPE: ["iphone", "android_mobile", "web", "web_mobile", "ipad"],
  KEYWORD: ["garden chair", 'möbel, "vintage"', "夏のセール", "sofa"],
  TARGETED_INTEREST: ["925056443165", "951970784117", "918530398158"],
  PINNER_INTEREST: ["Home Decor", "DIY and Crafts", "Women's Fashion"],
  AUDIENCE_INCLUDE: ["2542620905475", "2542620905473"],
  CREATIVE_TYPE: ["REGULAR", "VIDEO", "SHOPPING"],
  AUDIENCE_MULTIPLIER: ["2542620905475", "2542620905474"],
  CREATIVE_ENHANCEMENTS: ["NONE", "IMAGE_EXPANSION"],
  QUIZ_RESULT: ["Result 1", "Result 2"],
  MEDIA_TYPE: ["IMAGE", "VIDEO"],
  LOCAL_ADS_STORE_CODE: ["store-1", "store-2", "store-3"],
};

const EVERYWHERE = [
  "KEYWORD",
  "APPTYPE",
  "GENDER",
  "LOCATION",
  "PLACEMENT",
  "COUNTRY",
  "TARGETED_INTEREST",
  "PINNER_INTEREST",
  "AUDIENCE_INCLUDE",
  "GEO",
  "AGE_BUCKET",
  "REGION",
  "AGE_BUCKET_AND_GENDER",
];

/** What the synchronous endpoints know beyond. */
const SYNC_ONLY: Partial<Record<Level, readonly string[]>> = {
  CAMPAIGN: ["CREATIVE_TYPE", "AUDIENCE_MULTIPLIER"],
  AD_GROUP: ["CREATIVE_ENHANCEMENTS"],
  PIN_PROMOTION: ["QUIZ_RESULT"],
};

/** The `targeting_types` of a synchronous endpoint (OpenAPI description 5.23). */
export const listSyncTypes = (level: Level): readonly string[] => [
  ...EVERYWHERE,
  ...(SYNC_ONLY[level] ?? []),
];

/** The `targeting_types` of reports; some are for one level alone, which the text says and the enum does not. */
export const REPORT_TYPES: readonly string[] = [
  ...EVERYWHERE,
  "AUDIENCE_MULTIPLIER",
  "CREATIVE_ENHANCEMENTS",
  "MEDIA_TYPE",
  "LOCAL_ADS_STORE_CODE",
];

/** Types that only one level of reports has. */
export const LEVEL_OF_TYPE: Record<string, string> = {
  AUDIENCE_MULTIPLIER: "CAMPAIGN_TARGETING",
  MEDIA_TYPE: "PRODUCT_ITEM_TARGETING",
};

/** The values of a targeting type. Throws for a type that is unknown. */
export function listValues(type: string): readonly (string | number)[] {
  const values = VALUES[type];
  if (values === undefined) throw new RangeError(`the simulator knows no targeting type ${type}`);
  return values;
}

/** What makes the parts of one type others than those of the next. */
export const saltOf = (type: string): number => hash("targeting", type);
