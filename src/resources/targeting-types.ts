/** Breakdowns that every targeting level knows, both ways of asking. */
const COMMON = [
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
] as const;

const REPORTED = [...COMMON, "CREATIVE_ENHANCEMENTS", "LOCAL_ADS_STORE_CODE"] as const;

/** `targeting_types` of each level by way of asking, as version 5.23 of the API description lists them. */
export const TARGETING_TYPES = {
  adAccount: { sync: COMMON, report: REPORTED },
  campaign: {
    sync: [...COMMON, "CREATIVE_TYPE", "AUDIENCE_MULTIPLIER"],
    report: [...REPORTED, "AUDIENCE_MULTIPLIER"],
  },
  adGroup: { sync: [...COMMON, "CREATIVE_ENHANCEMENTS"], report: REPORTED },
  ad: { sync: [...COMMON, "QUIZ_RESULT"], report: REPORTED },
} as const;

/** Breakdowns that are copied unless the configuration names others; as many as one report takes. */
export const DEFAULT_TARGETING_TYPES: readonly string[] = [
  "AGE_BUCKET",
  "GENDER",
  "COUNTRY",
  "APPTYPE",
  "PLACEMENT",
];
