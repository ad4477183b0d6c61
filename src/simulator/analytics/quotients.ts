/** A metric that is computed from the sums of its row, so that it never adds up over rows. */
export interface Quotient {
  /** Names of metrics or of fields of delivery. */
  over: string;
  under: string;
  factor: number;
  /** Millionths are whole numbers. */
  whole: boolean;
}

type Entry = readonly [over: string, under: string, factor?: number];

const MICRO = 1_000_000;
const THOUSAND = 1_000;
/** Every video here is of this length. */
const VIDEO_SECONDS = 15;

/** What is known of them is their names; the reading of the ratios is the usual one of advertising. */
const QUOTIENTS: Record<string, Entry> = {
  CTR: ["CLICKTHROUGH_1", "IMPRESSION_1"],
  CTR_2: ["CLICKTHROUGH_2", "IMPRESSION_2"],
  ECTR: ["TOTAL_CLICKTHROUGH", "TOTAL_IMPRESSION"],
  OUTBOUND_CTR_1: ["OUTBOUND_CLICK_1", "IMPRESSION_1"],
  OUTBOUND_CTR: ["TOTAL_OUTBOUND_CLICK", "TOTAL_IMPRESSION"],
  ENGAGEMENT_RATE: ["ENGAGEMENT_1", "IMPRESSION_1"],
  EENGAGEMENT_RATE: ["TOTAL_ENGAGEMENT", "TOTAL_IMPRESSION"],
  REPIN_RATE: ["REPIN_1", "IMPRESSION_1"],
  TOTAL_REPIN_RATE: ["TOTAL_REPIN", "TOTAL_IMPRESSION"],
  TOTAL_IMPRESSION_FREQUENCY: ["TOTAL_IMPRESSION", "TOTAL_IMPRESSION_USER"],
  CPC_IN_MICRO_DOLLAR: ["SPEND", "CLICKTHROUGH_1"],
  ECPC_IN_MICRO_DOLLAR: ["SPEND", "TOTAL_CLICKTHROUGH"],
  ECPC_IN_DOLLAR: ["SPEND", "TOTAL_CLICKTHROUGH", 1 / MICRO],
  ECPE_IN_DOLLAR: ["SPEND", "TOTAL_ENGAGEMENT", 1 / MICRO],
  CPM_IN_MICRO_DOLLAR: ["SPEND", "IMPRESSION_1", THOUSAND],
  CPM_IN_DOLLAR: ["SPEND", "IMPRESSION_1", THOUSAND / MICRO],
  ECPM_IN_MICRO_DOLLAR: ["SPEND", "TOTAL_IMPRESSION", THOUSAND],
  COST_PER_OUTBOUND_CLICK: ["SPEND", "TOTAL_OUTBOUND_CLICK", 1 / MICRO],
  COST_PER_OUTBOUND_CLICK_IN_DOLLAR: ["SPEND", "TOTAL_OUTBOUND_CLICK", 1 / MICRO],
  COST_PER_OUTBOUND_CLICK_IN_DOLLAR_1: ["SPEND", "OUTBOUND_CLICK_1", 1 / MICRO],
  COST_PER_LEAD: ["SPEND", "LEADS", 1 / MICRO],
  PAID_VIDEO_VIEWABLE_RATE: ["VIDEO_MRC_VIEWS_1", "IMPRESSION_1"],
  VIDEO_LENGTH: ["VIDEO_P0_COMBINED_1", "VIDEO_P0_COMBINED_1", VIDEO_SECONDS],
  ECPV_IN_DOLLAR: ["VIDEO_SPEND", "TOTAL_VIDEO_MRC_VIEWS", 1 / MICRO],
  ECPCV_IN_DOLLAR: ["VIDEO_SPEND", "TOTAL_VIDEO_P100_COMPLETE", 1 / MICRO],
  ECPCV_P95_IN_DOLLAR: ["VIDEO_SPEND", "TOTAL_VIDEO_P95_COMBINED", 1 / MICRO],
  CPV_IN_MICRO_DOLLAR: ["VIDEO_SPEND", "VIDEO_MRC_VIEWS_1"],
  CPCV_IN_MICRO_DOLLAR: ["VIDEO_SPEND", "VIDEO_P100_COMPLETE_1"],
  CPCV_P95_IN_MICRO_DOLLAR: ["VIDEO_SPEND", "VIDEO_P95_COMBINED_1"],
  VIDEO_AVG_WATCHTIME_IN_SECOND_1: ["VIDEO_WATCHED_SECONDS_1", "VIDEO_P0_COMBINED_1"],
  VIDEO_AVG_WATCHTIME_IN_SECOND_2: ["VIDEO_WATCHED_SECONDS_2", "VIDEO_P0_COMBINED_2"],
  TOTAL_VIDEO_AVG_WATCHTIME_IN_SECOND: ["TOTAL_VIDEO_WATCHED_SECONDS", "TOTAL_VIDEO_P0_COMBINED"],
  QUIZ_COMPLETION_RATE: ["QUIZ_COMPLETED", "QUIZ_PIN_RESULT_OPEN"],
  SHOWCASE_AVERAGE_SUBPAGE_CLOSEUP_PER_SESSION: ["SHOWCASE_SUBPAGE_CLOSEUP", "SHOWCASE_PIN_CLICKTHROUGH"],
};

const COST_PER_ACTION = /^(.+)_COST_PER_ACTION$/;
const ROAS = /^(.+)_ROAS$/;
const CONVERSION_RATE = /^(TOTAL_.+)_CONVERSION_RATE$/;

/** What a metric is the quotient of; undefined when it is none. */
export function findQuotient(name: string): Quotient | undefined {
  const entry = QUOTIENTS[name] ?? readFamily(name);
  if (entry === undefined) return undefined;
  const [over, under, factor = 1] = entry;
  return { over, under, factor, whole: name.endsWith("_IN_MICRO_DOLLAR") };
}

function readFamily(name: string): Entry | undefined {
  const cost = COST_PER_ACTION.exec(name)?.[1];
  if (cost !== undefined) return ["SPEND", `TOTAL_${cost}`, 1 / MICRO];
  const roas = ROAS.exec(name)?.[1];
  if (roas !== undefined) return [`TOTAL_${roas}_VALUE_IN_MICRO_DOLLAR`, "SPEND"];
  const rate = CONVERSION_RATE.exec(name)?.[1];
  return rate === undefined ? undefined : [rate, "TOTAL_CLICKTHROUGH"];
}
