import type { Level } from "../analytics/levels.ts";
import { listParameters, readSyncRequest } from "../analytics/read-query.ts";
import { formatAnalytics } from "../analytics/sync-answer.ts";
import { adsRefusal, readWords } from "../query.ts";
import { findAccount } from "./find-account.ts";
import type { Route } from "./route.ts";

/** Where rows of a level are asked for below an ad account, and whether it has a targeting endpoint, too. */
const PLACES: readonly { level: Level; place: string; targeting: boolean }[] = [
  { level: "ADVERTISER", place: "", targeting: true },
  { level: "CAMPAIGN", place: "/campaigns", targeting: true },
  { level: "AD_GROUP", place: "/ad_groups", targeting: true },
  { level: "PIN_PROMOTION", place: "/ads", targeting: true },
  { level: "PRODUCT_GROUP", place: "/product_groups", targeting: false },
];

/** The synchronous endpoints: everything at once, no pages. */
export const analyticsRoutes: readonly Route[] = PLACES.flatMap(({ level, place, targeting }) => [
  analyticsRoute(level, place, false),
  ...(targeting ? [analyticsRoute(level, place, true)] : []),
]);

function analyticsRoute(level: Level, place: string, targeting: boolean): Route {
  const name = targeting ? "targeting_analytics" : "analytics";
  const refuse = adsRefusal(`${place.slice(1)} ${name}`.trim());
  return {
    path: new RegExp(`^/ad_accounts/([^/]+)${place}/${name}$`),
    category: "ads_analytics",
    scope: "ads:read",
    parameters: listParameters(level, targeting),
    serves: "analytics",
    asks: ({ query }) => ({
      level: targeting ? `${level}_TARGETING` : level,
      columns: readWords(query, "columns") ?? [],
    }),
    answer: {
      text: (context) => {
        const { id } = findAccount(context);
        const account = context.analytics.findAccount(id);
        const moment = context.analytics.moment();
        const request = readSyncRequest(context.query, level, targeting, moment.today, refuse);
        return formatAnalytics(account, level, request, moment);
      },
    },
  };
}
