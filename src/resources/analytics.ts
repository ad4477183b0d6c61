import type { MeasuredEntity } from "./analytics-entities.ts";
import { adAccountId, type Column, day, given, text } from "./column.ts";
import {
  type AnalyticsResource,
  defineResource,
  type ReportLevel,
  type Resource,
  type SyncEndpoint,
} from "./define.ts";
import type { Metric } from "./metric.ts";
import { CORE_METRICS, metrics } from "./metrics.ts";

/** What sets one level apart from the others; everything else is the same at every level. */
interface AnalyticsLevel {
  readonly name: string;
  readonly description: string;
  readonly level: ReportLevel;
  readonly entity?: MeasuredEntity;
  /** What the entity lies within, widest first. */
  readonly parents?: readonly MeasuredEntity[];
  /** The one of them by which rows of one entity may differ, so that it is part of the key. */
  readonly splitBy?: MeasuredEntity;
  readonly sync?: SyncEndpoint;
  readonly targetingTypes?: NonNullable<AnalyticsResource["targetingTypes"]>;
}

const DATE = day("date", "Day in UTC.", { from: ["DATE"] });
const ATTRIBUTION = given(
  "attribution",
  "How conversions are credited, such as 30/30/1 TIME_OF_AD_ACTION: days after a click, an engagement and a view, and the day they are booked on. Rows of different attributions must not be added up.",
);
const BREAKDOWN = [
  text(
    "targeting_type",
    "What the metrics are broken down by, such as AGE_BUCKET. Each type splits the same totals: rows of different types must not be added up.",
    { from: ["TARGETING_TYPE"] },
  ),
  text("targeting_value", "Value of the breakdown, such as 25-34.", { from: ["TARGETING_VALUE"] }),
];
const SETTINGS = [
  given("click_window_days", "Days after a click within which conversions are credited to it.", "bigint"),
  given(
    "engagement_window_days",
    "Days after an engagement, such as a save, within which conversions are credited to it.",
    "bigint",
  ),
  given("view_window_days", "Days after a view within which conversions are credited to it.", "bigint"),
  given(
    "conversion_report_time",
    "Day that conversions are booked on: TIME_OF_AD_ACTION or TIME_OF_CONVERSION.",
  ),
  given(
    "currency",
    "Currency of every amount of the row, three letters (ISO 4217); null when Pinterest does not know it.",
  ),
];

/** Stands in a key where Pinterest names no parent. */
const NO_PARENT = "none";

/** Fields that rows bring unasked at times and that say nothing new: the ad account, and the ad, under other names. */
const REPEATED_FIELDS = { AD_ACCOUNT_ID: "ad_account_id", ADVERTISER_ID: "ad_account_id" };
const REPEATED_AD_FIELDS = { ...REPEATED_FIELDS, PIN_PROMOTION_ID: "ad_id" };

/**
 * Daily metrics of one level, with the core metrics as columns. The key has the day before the entity,
 * for rows are replaced and queried by spans of days.
 */
export function defineAnalytics(declared: AnalyticsLevel): AnalyticsResource {
  const { name, description, level, entity, parents = [], splitBy, sync, targetingTypes } = declared;
  const breakdown = targetingTypes ? BREAKDOWN : [];
  const entityKey = [
    ...(entity ? [idColumn(entity)] : []),
    ...(splitBy ? [{ ...idColumn(splitBy), absent: NO_PARENT }] : []),
  ];
  const key = [adAccountId, DATE, ...entityKey, ATTRIBUTION, ...breakdown];
  const others = parents.filter(({ column }) => column !== splitBy?.column);
  const ids = [...parents, ...(entity ? [entity] : [])].map(({ field }) => field);
  const resource: AnalyticsResource = {
    kind: "analytics",
    name,
    group: "analytics",
    description,
    category: "ads_analytics",
    oauthScopes: ["ads:read"],
    scope: "ad_account",
    level,
    ...(entity ? { entity: withoutComment(entity) } : {}),
    ...(sync ? { sync } : {}),
    ...(targetingTypes ? { targetingTypes } : {}),
    identity: ids.filter((field) => metrics.has(field)),
    repeatedFields: entity?.column === "ad_id" ? REPEATED_AD_FIELDS : REPEATED_FIELDS,
    key: key.map((column) => column.name),
    columns: [...key, ...others.map(idColumn), ...SETTINGS],
  };
  return defineResource(addMetrics(resource, CORE_METRICS));
}

/**
 * The same resources, analytics with exactly these metrics as columns, in the order of `names`.
 * A metric whose column is there already, such as the id of a parent, is not added again.
 * `names` must be names of `metrics`; throws when one is not.
 */
export function withMetrics(resources: readonly Resource[], names: readonly string[]): readonly Resource[] {
  return resources.map((resource) => {
    if (resource.kind !== "analytics") return resource;
    const columns = resource.columns.filter((column) => metricOf(resource, column) === undefined);
    return defineResource(addMetrics({ ...resource, columns }, names));
  });
}

/** The metrics that the resource has columns of, in their order; ids that rows are told apart by are none. */
export function metricsOf(resource: AnalyticsResource): readonly Metric[] {
  return resource.columns.flatMap((column) => metricOf(resource, column) ?? []);
}

function metricOf(resource: AnalyticsResource, column: Column): Metric | undefined {
  const [field = ""] = column.path;
  return resource.identity.includes(field) ? undefined : metrics.get(field);
}

function addMetrics(resource: AnalyticsResource, names: readonly string[]): AnalyticsResource {
  const taken = new Set(resource.columns.map((column) => column.name));
  const added = names.map(requireMetric).filter(({ column }) => !taken.has(column));
  return { ...resource, columns: [...resource.columns, ...added.map(metricColumn)] };
}

function requireMetric(name: string): Metric {
  const metric = metrics.get(name);
  if (!metric) throw new Error(`there is no metric ${name}`);
  return metric;
}

function metricColumn({ name, column, type, comment }: Metric): Column {
  return { name: column, type, comment, path: [name], given: false, masked: false };
}

function idColumn({ column, field, comment }: MeasuredEntity): Column {
  return text(column, comment, { from: [field] });
}

function withoutComment({
  column,
  field,
  resource,
}: MeasuredEntity): NonNullable<AnalyticsResource["entity"]> {
  return { column, field, ...(resource ? { resource } : {}) };
}
