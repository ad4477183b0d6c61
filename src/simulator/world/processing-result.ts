import type { ApiRecord, JsonValue } from "../json.ts";
import { choose, hash } from "../random.ts";
import { SECONDS_PER_DAY, toIso, WORLD_START } from "./clock.ts";
import { makeId } from "./ids.ts";

const RESULTS_PER_FEED_AT_MOST = 100_000;

/** Documented statuses and some that Pinterest sends although they are not in the enum. */
const STATUSES = ["COMPLETED", "COMPLETED", "FAILED", "COMPLETED_EARLY", "PROCESSING", "UNDER_REVIEW"];

/**
 * The fields of schema `CatalogsFeedProcessingResult` for the `nth` run over the `feed`-th feed of a user:
 * one a day, the last of the initial ones on the day the world starts.
 */
export function makeProcessingResult(
  seed: number,
  owner: number,
  feed: number,
  nth: number,
  day: number,
): ApiRecord {
  const random = hash(seed, owner, feed, nth, "processing_result");
  const status = choose(STATUSES, nth + feed);
  const created = WORLD_START + day * SECONDS_PER_DAY + (random % 3_600);
  const items = 1_000 + (random % 90_000);
  const failed = status === "FAILED";
  return {
    id: makeId("processing_result", owner, feed * RESULTS_PER_FEED_AT_MOST + nth),
    created_at: toIso(created),
    updated_at: toIso(created + 600),
    status,
    product_counts: failed ? null : { original: items, ingested: items - (random % 50) },
    ingestion_details: {
      errors: failed ? { LINE_LEVEL_INTERNAL_ERROR: 12, LARGE_PRODUCT_COUNT_DECREASE: 1 } : {},
      info: failed ? {} : { IN_STOCK: items - 20, OUT_OF_STOCK: 15, PREORDER: 5 },
      warnings: { AD_IMAGE_DOWNLOAD_HTTP_STATUS_404: random % 9 },
    },
    validation_details: {
      errors: (failed ? { FETCH_ERROR: 1, DESCRIPTION_MISSING: 3 } : {}) as JsonValue,
      warnings: { AD_IMAGE_0_LINK_WARNING: random % 30, FETCH_SAME_SIGNATURE: 1 },
    },
    video_counts: { total_videos: 4, ingested_videos: 3, not_ingested_videos: 1 },
  };
}
