import { given, json, ownerUserId, text, time } from "./column.ts";
import { defineResource } from "./define.ts";
import { NO_CATALOG } from "./no-catalog.ts";

/** Pinterest serves the first page only; older results stay here because they can never be listed again. */
export const feedProcessingResults = defineResource({
  kind: "list",
  name: "feed_processing_results",
  group: "catalogs",
  description:
    "What came of each time Pinterest processed a feed. One row per processing of a feed; Pinterest lists only the latest ones, earlier ones stay here.",
  path: "/catalogs/feeds/{feed_id}/processing_results",
  category: "catalogs_read",
  oauthScopes: ["catalogs:read"],
  scope: "owner",
  parent: { resource: "feeds", column: "id", parameter: "feed_id" },
  listing: "first_page",
  key: ["owner_user_id", "feed_id", "id"],
  // 4161: the feed was deleted after it was listed.
  emptyAnswers: [...NO_CATALOG, { status: 404, code: 4161 }],
  columns: [
    ownerUserId,
    given("feed_id", "Feed that was processed; joins to id of feeds."),
    text("id", "Processing result id."),
    text(
      "status",
      "PROCESSING, COMPLETED or FAILED; others such as COMPLETED_EARLY or QUEUED_FOR_PROCESSING occur.",
    ),
    json(
      "product_counts",
      "Products in the file (original) and taken over (ingested); null early in the processing.",
    ),
    json(
      "video_counts",
      "Videos in the file (total_videos), taken over (ingested_videos) and not (not_ingested_videos); null early in the processing.",
    ),
    json(
      "ingestion_details",
      "Counts by code: errors and warnings while products were taken over, and their availability (info).",
    ),
    json("validation_details", "Counts by code: errors and warnings found while the file was validated."),
    time("created_at", "When the processing result was created, UTC."),
    time("updated_at", "When the result last changed, UTC."),
  ],
});
