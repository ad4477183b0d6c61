import type { Metric } from "./metric.ts";
import { attributeMetrics } from "./metric-attributes.ts";
import { conversionMetrics } from "./metric-conversions.ts";
import { deliveryMetrics } from "./metric-delivery.ts";
import { formatMetrics } from "./metric-formats.ts";
import { videoMetrics } from "./metric-video.ts";

/**
 * Every column of Pinterest's analytics by its name: 613 that reports know, 175 that the synchronous
 * endpoints know (one of them alone), as version 5.23 of the API description lists them.
 */
export const metrics: ReadonlyMap<string, Metric> = new Map(
  [...deliveryMetrics, ...videoMetrics, ...conversionMetrics, ...formatMetrics, ...attributeMetrics].map(
    (metric) => [metric.name, metric],
  ),
);

/** Events that the default set splits by the action that is credited. */
const CORE_EVENTS = ["CHECKOUT", "ADD_TO_CART", "SIGNUP", "LEAD", "PAGE_VISIT"] as const;

/**
 * The metrics that are copied unless the configuration names others. Additive ones only: ratios and
 * costs per action follow from them for any span of days, and a report's row costs its columns.
 */
export const CORE_METRICS: readonly string[] = [
  "SPEND_IN_MICRO_DOLLAR",
  "IMPRESSION_1",
  "IMPRESSION_2",
  "CLICKTHROUGH_1",
  "CLICKTHROUGH_2",
  "OUTBOUND_CLICK_1",
  "OUTBOUND_CLICK_2",
  "REPIN_1",
  "REPIN_2",
  "ENGAGEMENT_1",
  "ENGAGEMENT_2",
  "TOTAL_VIDEO_P0_COMBINED",
  "TOTAL_VIDEO_P25_COMBINED",
  "TOTAL_VIDEO_P50_COMBINED",
  "TOTAL_VIDEO_P75_COMBINED",
  "TOTAL_VIDEO_P100_COMPLETE",
  "TOTAL_VIDEO_MRC_VIEWS",
  "TOTAL_CONVERSIONS",
  "TOTAL_CONVERSIONS_QUANTITY",
  "TOTAL_CONVERSIONS_VALUE_IN_MICRO_DOLLAR",
  ...CORE_EVENTS.flatMap((event) => [
    `TOTAL_${event}`,
    `TOTAL_CLICK_${event}`,
    `TOTAL_ENGAGEMENT_${event}`,
    `TOTAL_VIEW_${event}`,
    // Page visits have no value in sum, only one by action, which sites rarely report.
    ...(event === "PAGE_VISIT" ? [] : [`TOTAL_${event}_VALUE_IN_MICRO_DOLLAR`]),
  ]),
];
