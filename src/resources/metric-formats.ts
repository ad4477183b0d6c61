import { average, byOrigin, cost, count, type Metric, share } from "./metric.ts";

/** What only some formats of ads have: idea Pins, lead forms, quizzes and showcases. */
export const formatMetrics: readonly Metric[] = [
  ...byOrigin(count, "IDEA_PIN_PRODUCT_TAG_VISIT", "Visits through a product tag of an idea Pin"),
  ...byOrigin(count, "IDEA_PIN_PAGE_FORWARD", "Swipes to the next page of an idea Pin", "report"),
  ...byOrigin(count, "IDEA_PIN_PAGE_BACKWARD", "Swipes to the previous page of an idea Pin", "report"),
  count("LEADS", "Lead forms submitted on Pinterest"),
  cost("COST_PER_LEAD", "Spend per lead form submitted on Pinterest"),
  count("ONSITE_CHECKOUTS_1", "Checkouts completed on Pinterest, paid", "report"),
  count("QUIZ_COMPLETED", "Quizzes finished"),
  count("QUIZ_PIN_RESULT_OPEN", "Results of quizzes opened", "sync"),
  share("QUIZ_COMPLETION_RATE", "Quizzes finished, of those started"),
  count("SHOWCASE_PIN_CLICKTHROUGH", "Showcase ads: Pin clicks on the main Pin"),
  count("SHOWCASE_SUBPAGE_CLICKTHROUGH", "Showcase ads: Pin clicks on sub-pages"),
  count("SHOWCASE_SUBPIN_CLICKTHROUGH", "Showcase ads: Pin clicks on the Pins of sub-pages"),
  count("SHOWCASE_SUBPAGE_IMPRESSION", "Showcase ads: impressions of sub-pages"),
  count("SHOWCASE_SUBPIN_IMPRESSION", "Showcase ads: impressions of the Pins of sub-pages"),
  count("SHOWCASE_SUBPAGE_SWIPE_LEFT", "Showcase ads: swipes to the left on sub-pages"),
  count("SHOWCASE_SUBPAGE_SWIPE_RIGHT", "Showcase ads: swipes to the right on sub-pages"),
  count("SHOWCASE_SUBPIN_SWIPE_LEFT", "Showcase ads: swipes to the left on the Pins of sub-pages"),
  count("SHOWCASE_SUBPIN_SWIPE_RIGHT", "Showcase ads: swipes to the right on the Pins of sub-pages"),
  count("SHOWCASE_SUBPAGE_REPIN", "Showcase ads: saves of sub-pages"),
  count("SHOWCASE_SUBPIN_REPIN", "Showcase ads: saves of the Pins of sub-pages"),
  count("SHOWCASE_SUBPAGE_CLOSEUP", "Showcase ads: close-ups of sub-pages"),
  count("SHOWCASE_CARD_THUMBNAIL_SWIPE_FORWARD", "Showcase ads: swipes forward on the card thumbnails"),
  count("SHOWCASE_CARD_THUMBNAIL_SWIPE_BACKWARD", "Showcase ads: swipes backward on the card thumbnails"),
  average(
    "SHOWCASE_AVERAGE_SUBPAGE_CLOSEUP_PER_SESSION",
    "Showcase ads: average number of close-ups of sub-pages per session",
  ),
];
