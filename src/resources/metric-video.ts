import {
  byOrigin,
  cost,
  count,
  distinctCount,
  type Metric,
  microCost,
  seconds,
  share,
  videoLength,
} from "./metric.ts";

/** How far videos were watched, skips included; the share in the name is the one that was reached. */
const PROGRESS = ["P25", "P50", "P75", "P95"] as const;

export const videoMetrics: readonly Metric[] = [
  ...watched("VIDEO_P0_COMBINED", "Video starts"),
  ...PROGRESS.flatMap((point) =>
    watched(`VIDEO_${point}_COMBINED`, `Videos that reached ${point.slice(1)} % of their length`),
  ),
  ...watched("VIDEO_P100_COMPLETE", "Videos played to the end"),
  ...byOrigin(
    count,
    "VIDEO_MRC_VIEWS",
    "Video views by the MRC standard: at least 2 seconds, half of it visible",
  ),
  ...byOrigin(count, "VIDEO_3SEC_VIEWS", "Video views of at least 3 seconds, half of it visible"),
  ...byOrigin(distinctCount, "VIDEO_15SEC_UNIQUE_VIEWS", "Unique video views of at least 15 seconds"),
  seconds("VIDEO_AVG_WATCHTIME_IN_SECOND_1", "Average time that a video was watched, paid", "report"),
  seconds("VIDEO_AVG_WATCHTIME_IN_SECOND_2", "Average time that a video was watched, earned", "report"),
  seconds("TOTAL_VIDEO_AVG_WATCHTIME_IN_SECOND", "Average time that a video was watched, paid and earned"),
  share("PAID_VIDEO_VIEWABLE_RATE", "Paid video impressions that met the viewability standard, of all"),
  videoLength("VIDEO_LENGTH", "Running time of the video; Pinterest does not tell the unit"),
  microCost("CPV_IN_MICRO_DOLLAR", "Spend per video view, paid", "report"),
  cost("ECPV_IN_DOLLAR", "Spend per video view, paid and earned"),
  microCost("CPCV_IN_MICRO_DOLLAR", "Spend per video played to the end, paid", "report"),
  cost("ECPCV_IN_DOLLAR", "Spend per video played to the end, paid and earned"),
  microCost("CPCV_P95_IN_MICRO_DOLLAR", "Spend per video that reached 95 % of its length, paid", "report"),
  cost("ECPCV_P95_IN_DOLLAR", "Spend per video that reached 95 % of its length, paid and earned"),
];

/** The synchronous endpoints know the earned part and the total of these, but not the paid part. */
function watched(stem: string, meaning: string): Metric[] {
  return byOrigin(count, stem, meaning).map((metric) => ({ ...metric, sync: metric.name !== `${stem}_1` }));
}
