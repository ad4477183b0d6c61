import { LISTINGS } from "../listings.ts";
import { Refusal } from "../refusal.ts";
import { adAccountRoute } from "./ad-accounts.ts";
import { analyticsRoutes } from "./analytics.ts";
import { metricsReadyStateRoute } from "./metrics-ready-state.ts";
import { reportRoutes } from "./reports.ts";
import type { Route } from "./route.ts";
import { userAccountRoutes } from "./user-account.ts";

/** Every endpoint behind an access token. */
const ROUTES: readonly Route[] = [
  ...userAccountRoutes,
  adAccountRoute,
  ...LISTINGS.map(({ route }) => route),
  ...analyticsRoutes,
  ...reportRoutes,
  metricsReadyStateRoute,
];

/** The endpoint of a path below `/v5` and the path's variable parts. Throws 404 or 405 when there is none. */
export function findRoute(path: string, method: string): { route: Route; parts: string[] } {
  let isPath = false;
  for (const route of ROUTES) {
    const match = route.path.exec(path);
    if (!match) continue;
    isPath = true;
    if ((route.method ?? "GET") === method) return { route, parts: match.slice(1) };
  }
  throw isPath ? new Refusal(405, 5, "Method not allowed.") : new Refusal(404, 404, "Not found.");
}
