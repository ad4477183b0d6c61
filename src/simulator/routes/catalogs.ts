import type { ApiRecord } from "../json.ts";
import { readId, readIds, catalogsRefusal as refuse } from "../query.ts";
import { catalogNotFound, feedNotFound, merchantNotFound, noCatalog, notPermitted } from "../refusal.ts";
import type { OwnerWorld, ResourceName } from "../world/world.ts";
import { findOwner } from "./find-owner.ts";
import type { Route, RouteContext } from "./route.ts";

const IDS_AT_MOST = 1_000;
const COMMON_PARAMETERS = ["bookmark", "page_size", "ad_account_id"];

/** The catalog endpoints. A user without any catalog has an empty list of them; feeds and groups refuse. */
export const catalogRoutes: readonly Route[] = [
  catalogRoute(/^\/catalogs$/, [], (context) => {
    const owner = findCatalogOwner(context);
    return serve(context, "catalogs", () => [...owner.catalogs]);
  }),
  catalogRoute(/^\/catalogs\/feeds$/, ["catalog_id"], (context) => {
    const owner = findCatalogOwner(context);
    if (!owner.hasCatalog) throw merchantNotFound();
    const catalog = findCatalog(context, owner);
    return serve(context, "feeds", () => owner.feeds.filter((feed) => belongsTo(feed, catalog)));
  }),
  catalogRoute(/^\/catalogs\/feeds\/([^/]+)\/processing_results$/, [], serveProcessingResults),
  catalogRoute(/^\/catalogs\/product_groups$/, ["id", "feed_id", "catalog_id"], (context) => {
    const owner = findCatalogOwner(context);
    if (!owner.hasCatalog) throw noCatalog();
    const ids = readIds(context.query, "id", IDS_AT_MOST, refuse);
    const feedId = readId(context.query, "feed_id", refuse);
    if (feedId !== undefined && !owner.feeds.some(({ id }) => id === feedId)) throw feedNotFound();
    const catalog = findCatalog(context, owner);
    return serve(context, "product_groups", () =>
      owner.productGroups.filter(
        (group) =>
          (ids === undefined || ids.has(group.id)) &&
          (feedId === undefined || group["feed_id"] === feedId) &&
          (catalog === undefined || group["catalog_id"] === catalog.id),
      ),
    );
  }),
];

/**
 * Newest first, and the first page only: the bookmark is there but "not functional" (OpenAPI description),
 * so that whoever follows it gets the first page again.
 */
function serveProcessingResults(context: RouteContext) {
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

function catalogRoute(
  path: RegExp,
  parameters: readonly string[],
  page: (context: RouteContext) => ReturnType<typeof serve>,
): Route {
  return {
    path,
    category: "catalogs_read",
    scope: "catalogs:read",
    parameters: [...COMMON_PARAMETERS, ...parameters],
    answer: { page },
  };
}

function serve({ paging, path, query }: RouteContext, resource: ResourceName, select: () => ApiRecord[]) {
  return paging.servePage({ resource, path, query, refuse, select });
}

function findCatalogOwner(context: RouteContext): OwnerWorld {
  return findOwner(context, refuse, () => notPermitted(401));
}

function findCatalog({ query }: RouteContext, owner: OwnerWorld): ApiRecord | undefined {
  const id = readId(query, "catalog_id", refuse);
  const catalog = owner.catalogs.find((candidate) => candidate.id === id);
  if (id !== undefined && catalog === undefined) throw catalogNotFound();
  return catalog;
}

/** Retail feeds do not name their catalog; there is one retail catalog at most. */
function belongsTo(feed: ApiRecord, catalog: ApiRecord | undefined): boolean {
  if (catalog === undefined) return true;
  if (feed["catalog_type"] === "RETAIL") return catalog["catalog_type"] === "RETAIL";
  return feed["catalog_id"] === catalog.id;
}
