import type { ApiRecord } from "../json.ts";
import type { Page } from "../paging.ts";
import { catalogsRefusal as refuse } from "../query.ts";
import { feedNotFound, merchantNotFound } from "../refusal.ts";
import { catalogRoute, findCatalog, findCatalogOwner, serveCatalogPage } from "./catalog-route.ts";
import { collectOfOwners, type Listing } from "./listing.ts";
import type { RouteContext } from "./route.ts";

/** A user without any catalog has an empty list of them; the other catalog endpoints refuse. */
export const catalogs: Listing = {
  name: "catalogs",
  route: catalogRoute(/^\/catalogs$/, [], (context) => {
    const owner = findCatalogOwner(context);
    return serveCatalogPage(context, "catalogs", () => [...owner.catalogs]);
  }),
  collect: collectOfOwners((owner) => owner.catalogs),
  wrong: ["created_at", "the day before yesterday"],
};

export const feeds: Listing = {
  name: "feeds",
  route: catalogRoute(/^\/catalogs\/feeds$/, ["catalog_id"], (context) => {
    const owner = findCatalogOwner(context);
    if (!owner.hasCatalog) throw merchantNotFound();
    const catalog = findCatalog(context, owner);
    return serveCatalogPage(context, "feeds", () => owner.feeds.filter((feed) => belongsTo(feed, catalog)));
  }),
  collect: collectOfOwners((owner) => owner.feeds),
  wrong: ["created_at", "the day before yesterday"],
  archived: "INACTIVE",
};

export const processingResults: Listing = {
  name: "processing_results",
  route: catalogRoute(/^\/catalogs\/feeds\/([^/]+)\/processing_results$/, [], serveProcessingResults),
  collect: ({ owners }) =>
    owners.flatMap((owner) =>
      owner.feeds.map(({ id }) => ({
        adAccountId: null,
        ownerUserId: owner.user.id,
        feedId: id,
        records: owner.processingResults.get(id) ?? [],
      })),
    ),
  wrong: ["created_at", "the day before yesterday"],
  text: "status",
  history: true,
};

/**
 * Newest first, and the first page only: the bookmark is there but "not functional" (OpenAPI description),
 * so that whoever follows it gets the first page again.
 */
function serveProcessingResults(context: RouteContext): Page {
  const owner = findCatalogOwner(context);
  const feedId = context.parts[0] ?? "";
  if (!/^\d+$/.test(feedId)) throw refuse(`'feed_id' value '${feedId}' must match the pattern: ^\\d+$`);
  const results = owner.processingResults.get(feedId);
  if (results === undefined || !owner.feeds.some(({ id }) => id === feedId)) throw feedNotFound();
  const { paging, path, query } = context;
  const select = () => results.toReversed();
  return paging.servePage({
    resource: "processing_results",
    path,
    query,
    refuse,
    firstPageOnly: true,
    select,
  });
}

/** Retail feeds do not name their catalog; there is one retail catalog at most. */
function belongsTo(feed: ApiRecord, catalog: ApiRecord | undefined): boolean {
  if (catalog === undefined) return true;
  if (feed["catalog_type"] === "RETAIL") return catalog["catalog_type"] === "RETAIL";
  return feed["catalog_id"] === catalog.id;
}
