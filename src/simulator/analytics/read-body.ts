import type { JsonValue } from "../json.ts";
import type { Refuse } from "../query.ts";
import { type Attribution, DEFAULT_ATTRIBUTION, REPORT_TIMES } from "./attribution.ts";
import { REPORT_COLUMNS } from "./columns.ts";
import { GRANULARITIES } from "./day.ts";
import { baseLevel, type Entity, isTargeting, REPORT_LEVELS, type ReportLevel } from "./levels.ts";
import {
  checkChoice,
  checkColumns,
  checkWindow,
  PRODUCT_ITEM_REACH,
  REPORT_REACH,
  readRange,
  refuseUnserved,
} from "./limits.ts";
import type { ReportContent } from "./report-text.ts";
import { LEVEL_OF_TYPE, REPORT_TYPES } from "./targeting.ts";

/** What a report is asked for; the rest of its content depends on who asks and when. */
export type ReportRequest = Omit<ReportContent, "account" | "moment" | "ids">;

type Body = Readonly<Record<string, JsonValue | undefined>>;

const IDS_AT_MOST = 500;
const TYPES_AT_MOST = 5;
const DIGITS = /^\d+$/;
const ID_FILTERS: Record<string, (entity: Entity) => string | undefined> = {
  campaign_ids: ({ campaign }) => campaign?.record.id,
  ad_group_ids: ({ adGroup }) => adGroup?.record.id,
  ad_ids: ({ ad }) => ad?.record.id,
  product_group_ids: ({ promotion }) => promotion?.record.id,
};
const UNSERVED = [
  "product_item_ids",
  "campaign_statuses",
  "ad_group_statuses",
  "ad_statuses",
  "product_group_statuses",
  "campaign_objective_types",
  "campaign_brand_label",
  "attribution_types",
  "combine_targeting_types",
  "metrics_filters",
  "custom_conversion_event_metrics",
  "start_hour",
  "end_hour",
  "reporting_timezone",
];
/** De-duplicated people: refused where connectors saw them refused. */
const NOT_EVERYWHERE = ["TOTAL_IMPRESSION_USER", "TOTAL_IMPRESSION_FREQUENCY"];

/** The fields of the body that the API description lists. */
export const BODY_FIELDS: readonly string[] = [
  "start_date",
  "end_date",
  "granularity",
  "level",
  "columns",
  "targeting_types",
  "click_window_days",
  "engagement_window_days",
  "view_window_days",
  "conversion_report_time",
  "primary_sort",
  "report_format",
  ...Object.keys(ID_FILTERS),
  ...UNSERVED,
];

/** The body as an object; refused when it is anything else. */
export function readBody(json: JsonValue | undefined, refuse: Refuse): Body {
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw refuse("The body must be a JSON object.");
  }
  return json;
}

/** Reads and checks the body of a report's creation. */
export function readReportRequest(json: JsonValue | undefined, today: number, refuse: Refuse): ReportRequest {
  const body = readBody(json, refuse);
  refuseUnserved(body, UNSERVED, refuse);
  const level = checkChoice("level", body["level"], REPORT_LEVELS, refuse);
  const granularity = checkChoice("granularity", body["granularity"], GRANULARITIES, refuse);
  if (granularity === "HOUR") throw refuse("The simulator does not serve granularity HOUR.");
  const format = checkChoice("report_format", body["report_format"] ?? "JSON", ["JSON", "CSV"], refuse);
  if (format === "CSV") throw refuse("The simulator does not serve report_format CSV.");
  const sort = checkChoice("primary_sort", body["primary_sort"] ?? "BY_ID", ["BY_ID", "BY_DATE"], refuse);
  const reach = level.startsWith("PRODUCT_ITEM") ? PRODUCT_ITEM_REACH : REPORT_REACH;
  const range = readRange(body["start_date"], body["end_date"], reach, today, refuse);
  const columns = checkColumns(readTexts(body, "columns", refuse), REPORT_COLUMNS, refuse);
  checkAvailable(columns, level, refuse);
  return {
    ...range,
    level: baseLevel(level),
    granularity,
    columns,
    attribution: readAttribution(body, refuse),
    types: readTypes(body, level, refuse),
    fits: readFilters(body, refuse),
    nesting: sort === "BY_ID" ? "id" : "date",
  };
}

/** Refuses columns that a level does not have, in the words that Pinterest uses. */
function checkAvailable(columns: readonly string[], level: ReportLevel, refuse: Refuse): void {
  const isForPeople = !isTargeting(level) && level !== "KEYWORD";
  const missing = columns.filter(
    (name) =>
      (NOT_EVERYWHERE.includes(name) && !isForPeople) ||
      (name.startsWith("PRODUCT_ITEM_") && !level.startsWith("PRODUCT_ITEM")),
  );
  if (missing.length > 0) throw refuse(`Columns ${missing.join(", ")} are not available.`);
}

function readAttribution(body: Body, refuse: Refuse): Attribution {
  const read = (kind: "click" | "engagement" | "view") => {
    const name = `${kind}_window_days`;
    return checkWindow(name, body[name], DEFAULT_ATTRIBUTION[kind], refuse);
  };
  const time = body["conversion_report_time"] ?? DEFAULT_ATTRIBUTION.reportTime;
  return {
    click: read("click"),
    engagement: read("engagement"),
    view: read("view"),
    reportTime: checkChoice("conversion_report_time", time, REPORT_TIMES, refuse),
  };
}

/** Targeting types belong to the levels that end in _TARGETING: 1 to 5 there, none elsewhere. */
function readTypes(body: Body, level: ReportLevel, refuse: Refuse): readonly string[] | undefined {
  const types = readTexts(body, "targeting_types", refuse);
  if (!isTargeting(level)) {
    if (types !== undefined) throw refuse(`'targeting_types' is not allowed at level ${level}`);
    return undefined;
  }
  if (types === undefined || types.length === 0) throw refuse("'targeting_types' is a required property");
  if (types.length > TYPES_AT_MOST) throw refuse(`'targeting_types' takes at most ${TYPES_AT_MOST} values`);
  for (const type of types) {
    checkChoice("targeting_types", type, REPORT_TYPES, refuse);
    const only = LEVEL_OF_TYPE[type];
    if (only !== undefined && only !== level) throw refuse(`'${type}' is only available at level ${only}`);
  }
  return types;
}

function readFilters(body: Body, refuse: Refuse): (entity: Entity) => boolean {
  const filters = Object.entries(ID_FILTERS).flatMap(([name, idOf]) => {
    const ids = readTexts(body, name, refuse);
    if (ids === undefined) return [];
    if (ids.length < 1 || ids.length > IDS_AT_MOST) throw refuse(`'${name}' takes 1 to ${IDS_AT_MOST} ids`);
    for (const id of ids) if (!DIGITS.test(id)) throw refuse(`'${id}' does not match '^\\d+$' (${name})`);
    return [{ ids: new Set(ids), idOf }];
  });
  return (entity) => filters.every(({ ids, idOf }) => ids.has(idOf(entity) ?? ""));
}

function readTexts(body: Body, name: string, refuse: Refuse): readonly string[] | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw refuse(`${JSON.stringify(value)} is not of type 'array' (${name})`);
  return value.map((item) => {
    if (typeof item !== "string") throw refuse(`${JSON.stringify(item)} is not of type 'string' (${name})`);
    return item;
  });
}
