import type { ApiRecord } from "../json.ts";
import type { Page } from "../paging.ts";
import { readId, catalogsRefusal as refuse } from "../query.ts";
import { catalogNotFound, notPermitted } from "../refusal.ts";
import type { OwnerWorld } from "../world/world.ts";
import { findOwner } from "./find-owner.ts";
import type { Route, RouteContext } from "./route.ts";

const COMMON_PARAMETERS = ["bookmark", "page_size", "ad_account_id"];

/** A catalog endpoint that knows `parameters` beside those of all of them. */
export function catalogRoute(
  path: RegExp,
  parameters: readonly string[],
  page: (context: RouteContext) => Page,
): Route {
  return {
    path,
    category: "catalogs_read",
    scope: "catalogs:read",
    parameters: [...COMMON_PARAMETERS, ...parameters],
    answer: { page },
  };
}

export function serveCatalogPage(
  { paging, path, query }: RouteContext,
  resource: string,
  select: () => ApiRecord[],
): Page {
  return paging.servePage({ resource, path, query, refuse, select });
}

/** The user whose catalogs are asked for: 401 if that is denied. */
export function findCatalogOwner(context: RouteContext): OwnerWorld {
  return findOwner(context, refuse, () => notPermitted(401));
}

/** The catalog that `catalog_id` names, if it is sent: 404 if the user has no such catalog. */
export function findCatalog({ query }: RouteContext, owner: OwnerWorld): ApiRecord | undefined {
  const id = readId(query, "catalog_id", refuse);
  const catalog = owner.catalogs.find((candidate) => candidate.id === id);
  if (id !== undefined && catalog === undefined) throw catalogNotFound();
  return catalog;
}
