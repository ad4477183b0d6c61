import type { ApiRecord, JsonValue } from "../json.ts";
import { choose, hash } from "../random.ts";
import type { CatalogType } from "./catalog.ts";
import { SECONDS_PER_DAY, WORLD_START } from "./clock.ts";
import { makeId } from "./ids.ts";
import { makeName } from "./names.ts";

const MS_PER_SECOND = 1000;

/**
 * The fields of the product group schema of the catalog's vertical for the `serial`-th group of a user.
 * Times are numbers: the documentation's text says seconds and its example shows milliseconds, so both occur.
 */
export function makeProductGroup(
  seed: number,
  owner: number,
  catalog: ApiRecord,
  feedId: string | null,
  serial: number,
): ApiRecord {
  const type = catalog["catalog_type"] as CatalogType;
  const unit = serial % 4 === 3 ? 1 : MS_PER_SECOND;
  const created = WORLD_START - (hash(seed, owner, serial, "product_group") % 300) * SECONDS_PER_DAY;
  const common: ApiRecord = {
    id: makeId("product_group", owner, serial),
    catalog_type: type,
    catalog_id: catalog.id,
    name: makeName("Product group", serial),
    description: choose([null, "All chairs – alle Stühle", ""], serial),
    created_at: created * unit,
    updated_at: (created + 3_600) * unit,
    filters: makeFilters(type, serial),
  };
  if (type === "CREATIVE_ASSETS") return common;
  if (type === "HOTEL") return { ...common, type: choose(["MERCHANT_CREATED", "ALL_LISTINGS"], serial) };
  return {
    ...common,
    type: choose(["MERCHANT_CREATED", "ALL_PRODUCTS", "BEST_DEALS", "SHOPIFY_COLLECTIONS"], serial),
    feed_id: serial % 2 === 0 ? feedId : null,
    country: serial % 2 === 0 ? "US" : null,
    locale: serial % 2 === 0 ? "en-US" : null,
    is_featured: serial % 6 === 0,
    status: choose(["ACTIVE", "ACTIVE", "ACTIVE", "INACTIVE"], serial),
  };
}

function makeFilters(type: CatalogType, serial: number): JsonValue {
  switch (type) {
    case "RETAIL":
      return serial % 2 === 0
        ? { any_of: [{ BRAND: { values: ["Möbel & Co", 'A"B'], negated: false } }] }
        : {
            all_of: [
              { MIN_PRICE: { values: 19.99, inclusion: true, negated: false } },
              { PRODUCT_TYPE_1: { values: [["Home", "Chairs"]], negated: true } },
            ],
          };
    case "HOTEL":
      return { any_of: [{ PRICE: { value: 120, operator: "LESS_THAN", currency: "EUR", negated: false } }] };
    case "CREATIVE_ASSETS":
      return { all_of: [{ MEDIA_TYPE: { values: ["VIDEO"], negated: false } }] };
  }
}
