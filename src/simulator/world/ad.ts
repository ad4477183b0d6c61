import type { ApiRecord } from "../json.ts";
import { choose, hash } from "../random.ts";
import { SECONDS_PER_DAY } from "./clock.ts";
import { makeId } from "./ids.ts";
import { joinText } from "./join-text.ts";
import { makeName } from "./names.ts";
import { type EntityStatus, statusAt } from "./statuses.ts";
import { makeTrackingUrls } from "./tracking-urls.ts";

const CREATIVES = [
  "REGULAR",
  "VIDEO",
  "SHOPPING",
  "CAROUSEL",
  "MAX_VIDEO",
  "COLLECTION",
  "IDEA",
  "SHOWCASE",
  "QUIZ",
  "COLLAGE",
];

/** The fields of schema `AdResponse` for the `serial`-th ad of an account, below `adGroup`. */
export function makeAd(seed: number, account: number, adGroup: ApiRecord, serial: number): ApiRecord {
  const status = statusAt(serial);
  const random = hash(seed, account, serial, "ad");
  const created = Number(adGroup["created_time"]) + 120 + (serial % 3_600);
  const rejected = serial % 13 === 5;
  const creative = choose(CREATIVES, serial);
  const carousel = creative === "CAROUSEL";
  return {
    id: makeId("ad", account, serial),
    ad_account_id: adGroup["ad_account_id"] ?? null,
    campaign_id: adGroup["campaign_id"] ?? null,
    ad_group_id: adGroup.id,
    pin_id: makeId("pin", account, random % 100_000_000),
    name: serial % 17 === 16 ? null : makeName("Ad", serial),
    status,
    creative_type: creative,
    destination_url:
      serial % 10 === 9
        ? null
        : joinText("https://shop.example/p/", String(serial), "?utm_source=pinterest&q=a%20b"),
    android_deep_link: serial % 12 === 0 ? `shop://p/${serial}` : null,
    ios_deep_link: serial % 12 === 0 ? `shop://p/${serial}` : null,
    carousel_android_deep_links: null,
    carousel_destination_urls: carousel
      ? [`https://shop.example/c/${serial}/1`, "https://shop.example/ü"]
      : null,
    carousel_ios_deep_links: null,
    click_tracking_url: serial % 8 === 3 ? "https://track.example/click" : null,
    view_tracking_url: serial % 8 === 3 ? "https://track.example/view" : null,
    collection_items_destination_url_template: null,
    customizable_cta_type: choose([null, "SHOP_NOW", "LEARN_MORE", null], serial),
    disclosure_type: serial % 20 === 1 ? "NO_DISCLOSURE" : null,
    disclosure_url: null,
    grid_click_type: choose([null, "CLOSEUP", "DIRECT_TO_DESTINATION"], serial),
    is_pin_deleted: serial % 29 === 28,
    is_removable: serial % 6 === 0,
    lead_form_id: serial % 25 === 7 ? makeId("tag", account, serial) : null,
    quiz_pin_data: creative === "QUIZ" ? makeQuiz() : null,
    tracking_urls: serial % 50 === 0 ? makeTrackingUrls(serial) : null,
    created_time: created,
    updated_time: created + (random % 10) * SECONDS_PER_DAY,
    rejected_reasons: rejected ? ["LANDING_PAGE", "URGENCY"] : [],
    rejection_labels: rejected ? ["The landing page doesn't load"] : [],
    review_status: rejected ? "REJECTED" : choose(["APPROVED", "APPROVED", "PENDING", "OTHER"], serial),
    summary_status: rejected ? "REJECTED" : summarizeAdStatus(status),
    type: "pinpromotion",
  };
}

/** The effective state of an ad that was not rejected, by its configured status. */
export function summarizeAdStatus(status: EntityStatus): string {
  return status === "ACTIVE" ? "APPROVED" : status;
}

function makeQuiz(): ApiRecord[string] {
  return {
    questions: [{ question_id: 1, question_text: "Which colour?", options: [{ id: 1, text: "Grün" }] }],
    results: [{ result_id: 1, organic_pin_id: "394205773611", destination_url: "https://shop.example/r/1" }],
    tie_breaker_type: "RANDOM",
    tie_breaker_custom_result: null,
  };
}
