import { LISTINGS } from "../listings.ts";
import { adAccountRoute } from "./ad-accounts.ts";
import type { Route } from "./route.ts";
import { userAccountRoutes } from "./user-account.ts";

/** Every endpoint behind an access token. */
const ROUTES: readonly Route[] = [
  ...userAccountRoutes,
  adAccountRoute,
  ...LISTINGS.map(({ route }) => route),
];

/** The endpoint of a path below `/v5` and the path's variable parts. */
export function findRoute(path: string): { route: Route; parts: string[] } | undefined {
  for (const route of ROUTES) {
    const match = route.path.exec(path);
    if (match) return { route, parts: match.slice(1) };
  }
  return undefined;
}
