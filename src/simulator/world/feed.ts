import type { ApiRecord } from "../json.ts";
import { choose } from "../random.ts";
import type { CatalogType } from "./catalog.ts";
import { SECONDS_PER_DAY, toIso, WORLD_START } from "./clock.ts";
import { makeId } from "./ids.ts";
import { makeName } from "./names.ts";

/**
 * The fields of the feed schema of the catalog's vertical for the `serial`-th feed of a user. RETAIL has no
 * `catalog_id`, HOTEL neither `default_country` nor `default_availability`, CREATIVE_ASSETS no
 * `default_availability`. Passwords stand in `credentials` and in `location`, as merchants put them there.
 */
export function makeFeed(owner: number, catalog: ApiRecord, serial: number): ApiRecord {
  const type = catalog["catalog_type"] as CatalogType;
  return {
    id: makeId("feed", owner, serial),
    created_at: toIso(WORLD_START - (300 - serial) * SECONDS_PER_DAY),
    updated_at: toIso(WORLD_START - serial * 1_800),
    name: serial % 5 === 4 ? null : makeName("Feed", serial),
    format: choose(["XML", "CSV", "TSV"], serial),
    catalog_type: type,
    credentials:
      serial % 2 === 0 ? { username: `feeduser${owner}`, password: feedPassword(owner, serial) } : null,
    location: makeLocation(owner, serial),
    preferred_processing_schedule: serial % 3 === 0 ? { time: "02:59", timezone: "Europe/Berlin" } : null,
    status: choose(["ACTIVE", "ACTIVE", "INACTIVE"], serial),
    default_currency: choose(["USD", "EUR", null], serial),
    default_locale: choose(["en-US", "de-DE"], serial),
    ...verticalFields(type, catalog.id, serial),
  };
}

function verticalFields(type: CatalogType, catalogId: string, serial: number): Partial<ApiRecord> {
  switch (type) {
    case "RETAIL":
      return { default_availability: choose(["IN_STOCK", null, "PREORDER"], serial), default_country: "US" };
    case "HOTEL":
      return { catalog_id: serial % 7 === 6 ? null : catalogId };
    case "CREATIVE_ASSETS":
      return { catalog_id: catalogId, default_country: "DE" };
  }
}

function makeLocation(owner: number, serial: number): string {
  const locations = [
    `https://files.shop.example/feed-${serial}.xml`,
    `https://feeduser:${urlPassword(owner, serial)}@files.shop.example/feed-${serial}.csv`,
    `https://files.shop.example/feed-${serial}.tsv?lang=en&token=${urlToken(owner, serial)}`,
    `sftp://feeduser:${urlPassword(owner, serial)}@sftp.shop.example:2222/out/feed ${serial}.xml`,
    `https://bucket.example/f.xml?X-Amz-Expires=900&X-Amz-Signature=${urlToken(owner, serial)}&v=${serial}`,
  ];
  return choose(locations, serial);
}

/** Everything in the `serial`-th feed of a user that must never be stored or logged. */
export function feedSecrets(owner: number, serial: number): string[] {
  return [feedPassword(owner, serial), urlPassword(owner, serial), urlToken(owner, serial)];
}

const feedPassword = (owner: number, serial: number) => `feedPassword-${owner}-${serial}-hunter2`;
const urlPassword = (owner: number, serial: number) => `urlPassword-${owner}-${serial}-s3cr3t`;
const urlToken = (owner: number, serial: number) => `urlToken${owner}x${serial}x8f14e45fceea167a`;
