import { adAccountRoutes } from "./ad-accounts.ts";
import { catalogRoutes } from "./catalogs.ts";
import { entityRoutes } from "./entities.ts";
import { productGroupPromotionRoutes } from "./product-group-promotions.ts";
import type { Route } from "./route.ts";
import { userAccountRoutes } from "./user-account.ts";

/** Every endpoint behind an access token; a new group of endpoints is a file here and its line below. */
const ROUTES: readonly Route[] = [
  ...userAccountRoutes,
  ...adAccountRoutes,
  ...entityRoutes,
  ...productGroupPromotionRoutes,
  ...catalogRoutes,
];

/** The endpoint of a path below `/v5` and the path's variable parts. */
export function findRoute(path: string): { route: Route; parts: string[] } | undefined {
  for (const route of ROUTES) {
    const match = route.path.exec(path);
    if (match) return { route, parts: match.slice(1) };
  }
  return undefined;
}
