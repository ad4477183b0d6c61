import { BODY_FIELDS, readReportRequest } from "../analytics/read-body.ts";
import type { JsonValue } from "../json.ts";
import { adsRefusal, readText } from "../query.ts";
import { findAccount } from "./find-account.ts";
import type { Route } from "./route.ts";

const PATH = /^\/ad_accounts\/([^/]+)\/reports$/;
const refuse = adsRefusal("ads analytics");

/** Orders a report and reads how far it is; both count against the quota of analytics. */
export const reportRoutes: readonly Route[] = [
  {
    path: PATH,
    method: "POST",
    category: "ads_analytics",
    scope: "ads:read",
    parameters: [],
    fields: BODY_FIELDS,
    serves: "report",
    asks: ({ json }) => readAsked(json),
    answer: {
      object: (context) => {
        const { id } = findAccount(context);
        const { analytics, json, fault } = context;
        const account = analytics.findAccount(id);
        const moment = analytics.moment();
        const request = readReportRequest(json, moment.today, refuse);
        const content = {
          ...request,
          ...(fault === "date_first" ? { nesting: "date" as const } : {}),
          account,
          moment,
          ids: fault === "string_ids" ? ("text" as const) : ("number" as const),
        };
        const token = analytics.reports.create(id, `${id} ${JSON.stringify(json)}`, content, fault);
        return { report_status: "IN_PROGRESS", token, message: null };
      },
    },
  },
  {
    path: PATH,
    category: "ads_analytics",
    scope: "ads:read",
    parameters: ["token"],
    serves: "report_poll",
    answer: {
      object: (context) => {
        const { id } = findAccount(context);
        const token = readText(context.query, "token");
        if (token === undefined || token === "") throw refuse("'token' is a required property");
        return { ...context.analytics.reports.poll(token, id, context.origin) };
      },
    },
  },
];

/** Level and columns as far as they can be made out; the body is checked later. */
function readAsked(json: JsonValue | undefined): { level: string; columns: readonly string[] } {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return { level: "", columns: [] };
  const { level, columns } = json;
  return { level: String(level), columns: Array.isArray(columns) ? columns.map(String) : [] };
}
