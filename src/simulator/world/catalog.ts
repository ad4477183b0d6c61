import type { ApiRecord } from "../json.ts";
import { choose } from "../random.ts";
import { SECONDS_PER_DAY, toIso, WORLD_START } from "./clock.ts";
import { makeId } from "./ids.ts";
import { makeName } from "./names.ts";

export type CatalogType = "RETAIL" | "HOTEL" | "CREATIVE_ASSETS";

/**
 * The vertical of the `serial`-th catalog. Only the first is RETAIL: retail feeds do not say which catalog
 * they belong to, so two of them could not be told apart.
 */
export function catalogTypeAt(serial: number): CatalogType {
  return serial === 0 ? "RETAIL" : choose(["HOTEL", "CREATIVE_ASSETS"] as const, serial - 1);
}

/** The fields of schema `Catalog` for the `serial`-th catalog of a user. */
export function makeCatalog(owner: number, serial: number): ApiRecord {
  return {
    id: makeId("catalog", owner, serial),
    created_at: toIso(WORLD_START - (400 - serial) * SECONDS_PER_DAY),
    updated_at: toIso(WORLD_START - serial * 3_600),
    catalog_type: catalogTypeAt(serial),
    name: serial % 4 === 1 ? null : makeName("Catalog", serial),
  };
}
