import { type Query, type Refuse, readIds, readText, readWords } from "../query.ts";
import { type Attribution, DEFAULT_ATTRIBUTION, REPORT_TIMES } from "./attribution.ts";
import { SYNC_COLUMNS } from "./columns.ts";
import { GRANULARITIES, type Granularity } from "./day.ts";
import type { Entity, Level } from "./levels.ts";
import { checkChoice, checkColumns, checkWindow, readRange, refuseUnserved, SYNC_REACH } from "./limits.ts";
import { listSyncTypes } from "./targeting.ts";

/** What a synchronous endpoint is asked for. */
export interface SyncRequest {
  from: number;
  to: number;
  granularity: Granularity;
  columns: readonly string[];
  attribution: Attribution;
  types: readonly string[] | undefined;
  fits: (entity: Entity) => boolean;
}

const IDS_AT_MOST = 250;
const PINS_AT_MOST = 100;
const ACCOUNT_TYPES_AT_MOST = 15;
const TYPES_AT_MOST = 14;
const DIGITS = /^\d+$/;
const UNSERVED = ["reporting_timezone", "aggregate_report_rows", "attribution_types"];
const ID_PARAMETERS: Partial<Record<Level, readonly string[]>> = {
  CAMPAIGN: ["campaign_ids"],
  AD_GROUP: ["ad_group_ids"],
  PIN_PROMOTION: ["ad_ids", "campaign_ids", "pin_ids"],
  PRODUCT_GROUP: ["product_group_ids"],
};

/** The parameters that the API description lists for an endpoint. */
export function listParameters(level: Level, targeting: boolean): string[] {
  const ids = ID_PARAMETERS[level] ?? [];
  const common = [
    "start_date",
    "end_date",
    "columns",
    "granularity",
    "click_window_days",
    "engagement_window_days",
    "view_window_days",
    "conversion_report_time",
    "reporting_timezone",
  ];
  if (targeting) return [...common, ids[0] ?? [], "targeting_types", "attribution_types"].flat();
  const canAggregate = level === "CAMPAIGN" || level === "AD_GROUP";
  return [...common, ...ids, ...(canAggregate ? ["aggregate_report_rows"] : [])];
}

/** Reads and checks the query of a synchronous endpoint; everything that is documented as required has to be there. */
export function readSyncRequest(
  query: Query,
  level: Level,
  targeting: boolean,
  today: number,
  refuse: Refuse,
): SyncRequest {
  refuseUnserved(query, UNSERVED, refuse);
  const granularity = checkChoice("granularity", readText(query, "granularity"), GRANULARITIES, refuse);
  if (granularity === "HOUR") throw refuse("The simulator does not serve granularity HOUR.");
  const { from, to } = readRange(
    readText(query, "start_date"),
    readText(query, "end_date"),
    SYNC_REACH,
    today,
    refuse,
  );
  return {
    from,
    to,
    granularity,
    columns: checkColumns(readWords(query, "columns"), SYNC_COLUMNS, refuse),
    attribution: readAttribution(query, refuse),
    types: targeting ? readTypes(query, level, refuse) : undefined,
    fits: readFilter(query, level, targeting, refuse),
  };
}

function readAttribution(query: Query, refuse: Refuse): Attribution {
  const read = (kind: "click" | "engagement" | "view") => {
    const name = `${kind}_window_days`;
    const text = readText(query, name);
    const days = text !== undefined && DIGITS.test(text) ? Number(text) : text;
    return checkWindow(name, days, DEFAULT_ATTRIBUTION[kind], refuse);
  };
  const time = readText(query, "conversion_report_time") ?? DEFAULT_ATTRIBUTION.reportTime;
  return {
    click: read("click"),
    engagement: read("engagement"),
    view: read("view"),
    reportTime: checkChoice("conversion_report_time", time, REPORT_TIMES, refuse),
  };
}

function readTypes(query: Query, level: Level, refuse: Refuse): readonly string[] {
  const types = readWords(query, "targeting_types") ?? [];
  const most = level === "ADVERTISER" ? ACCOUNT_TYPES_AT_MOST : TYPES_AT_MOST;
  if (types.length === 0) throw refuse("'targeting_types' is a required property");
  if (types.length > most)
    throw refuse(`'targeting_types' takes at most ${most} values (got ${types.length})`);
  return types.map((type) => checkChoice("targeting_types", type, listSyncTypes(level), refuse));
}

/** The entities that are asked for by id. Ads can also be named by their campaigns and Pins. */
function readFilter(
  query: Query,
  level: Level,
  targeting: boolean,
  refuse: Refuse,
): (entity: Entity) => boolean {
  const [parameter] = ID_PARAMETERS[level] ?? [];
  if (parameter === undefined) return () => true;
  const ids = readIds(query, parameter, IDS_AT_MOST, refuse);
  if (ids) return ({ id }) => ids.has(id);
  const campaigns = targeting ? undefined : readIds(query, "campaign_ids", IDS_AT_MOST, refuse);
  const pins = targeting ? undefined : readIds(query, "pin_ids", PINS_AT_MOST, refuse);
  if (level !== "PIN_PROMOTION" || !campaigns || !pins) throw refuse(`'${parameter}' is a required property`);
  return ({ ad, campaign }) =>
    campaigns.has(campaign?.record.id ?? "") && pins.has(String(ad?.record["pin_id"]));
}
