import type { ApiRecord } from "../json.ts";
import { choose, hash } from "../random.ts";
import { makeId } from "./ids.ts";
import { makeName } from "./names.ts";
import { statusAt } from "./statuses.ts";

/**
 * The fields of schema `ProductGroupPromotionResponseItem` for the `serial`-th one of an account, below
 * `adGroup`. There are no times among them.
 */
export function makeProductGroupPromotion(
  seed: number,
  account: number,
  owner: number,
  adGroup: ApiRecord,
  serial: number,
): ApiRecord {
  const random = hash(seed, account, serial, "product_group_promotion");
  const root = serial % 5 === 0;
  return {
    id: makeId("product_group_promotion", account, serial),
    ad_group_id: adGroup.id,
    status: statusAt(serial),
    bid_in_micro_currency: root ? null : 150_000 + (random % 2_000_000),
    included: choose([true, true, false, null], serial),
    definition: root ? "*/*" : `*/brand='${choose(["Möbel & Co", 'A"B'], serial)}'`,
    relative_definition: root ? null : "brand",
    parent_id: root ? null : makeId("product_group_promotion", account, serial - 1),
    slideshow_collections_title: serial % 6 === 2 ? "Looks 👗" : null,
    slideshow_collections_description: null,
    is_mdl: choose([null, false], serial),
    tracking_url: serial % 3 === 0 ? "https://track.example/pg" : null,
    catalog_product_group_id: makeId("product_group", owner, serial % 20),
    catalog_product_group_name: makeName("Product group", serial % 20),
    creative_type: choose(["SHOPPING", "COLLECTION", "CAROUSEL"], serial),
    collections_hero_pin_id: serial % 4 === 1 ? makeId("pin", account, random % 1_000_000) : null,
    collections_hero_destination_url: serial % 4 === 1 ? "https://shop.example/hero" : null,
    collections_header_type: choose([null, "ON_SALE", "NO_HEADER"], serial),
    customizable_cta_type: choose([null, "SHOP_NOW"], serial),
    grid_click_type: choose(["CLOSEUP", null], serial),
    is_generate_background: choose([false, true, null], serial),
    preferred_media_type: choose([null, "IMAGE", "VIDEO"], serial),
    selected_image_tag: null,
    selected_video_tag: null,
  };
}
