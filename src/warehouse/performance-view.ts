import { metricsOf } from "../resources/analytics.ts";
import type { Column } from "../resources/column.ts";
import type { AnalyticsEntity, AnalyticsResource, Resource } from "../resources/define.ts";
import type { ViewColumn, ViewDefinition, ViewSource } from "./ddl-view.ts";
import { TABLE_PREFIX, tableName } from "./names.ts";
import { listMeasures, showColumn } from "./performance-measures.ts";

/** Aliases in the views: of the metrics, of the attribution setting that is shown. */
const METRICS = "m";
const SETTING = "s";
const ATTRIBUTIONS = `${TABLE_PREFIX}attributions`;
const AD_ACCOUNTS = "ad_accounts";

/** One view per plain level of metrics, `pinterest_ads_<level>_performance`; breakdowns have none. */
export function definePerformanceViews(resources: readonly Resource[]): ViewDefinition[] {
  return resources
    .filter((resource) => resource.kind === "analytics")
    .filter(({ targetingTypes }) => targetingTypes === undefined)
    .map((resource) => definePerformanceView(resource, resources));
}

function definePerformanceView(resource: AnalyticsResource, resources: readonly Resource[]): ViewDefinition {
  const level = resource.name.replace(/_analytics$/, "");
  const metrics = new Set(metricsOf(resource).map(({ column }) => column));
  const account = describeAccount(resources);
  const places = listEntities(resource, resources).map((entity) =>
    describeEntity(resource, entity, resources),
  );
  const known = [...account.columns, ...places.flatMap(({ columns }) => columns)];
  const rest = resource.columns.filter(
    ({ name }) => !metrics.has(name) && !known.some((one) => one.name === name),
  );
  const measures = resource.columns.filter(({ name }) => metrics.has(name));
  return {
    name: `${TABLE_PREFIX}${level}_performance`,
    comment: `${resource.description} With names, amounts in the ad account's currency and ratios; only the default attribution setting, so that rows can be added up.`,
    columns: [
      ...known,
      ...rest.map((column) => showColumn(column, METRICS)),
      ...listMeasures(measures, METRICS),
    ].filter(isFirstOfItsName),
    sources: [
      { table: tableName(resource), alias: METRICS },
      {
        table: ATTRIBUTIONS,
        alias: SETTING,
        join: {
          kind: "inner",
          on: `${SETTING}.attribution = ${METRICS}.attribution and ${SETTING}.is_default`,
        },
      },
      ...account.sources,
      ...places.flatMap(({ sources }) => sources),
    ],
  };
}

/** Names and states can be asked for as metrics too; those that the entities have today come first. */
function isFirstOfItsName({ name }: ViewColumn, index: number, all: readonly ViewColumn[]): boolean {
  return all.findIndex((other) => other.name === name) === index;
}

/** Columns of a view and what they are read from. */
interface ViewPart {
  readonly columns: readonly ViewColumn[];
  readonly sources: readonly ViewSource[];
}

function describeAccount(resources: readonly Resource[]): ViewPart {
  const accounts = resources.find(({ name }) => name === AD_ACCOUNTS);
  const id = { name: "ad_account_id", comment: `Ad account; joins to ${AD_ACCOUNTS}.` };
  if (!accounts) return { columns: [showColumn(id, METRICS)], sources: [] };
  const on = `account.ad_account_id = ${METRICS}.ad_account_id`;
  return {
    columns: [
      showColumn(id, METRICS),
      { name: "ad_account_name", sql: "account.name", comment: "Name of the ad account." },
    ],
    sources: [{ table: tableName(accounts), alias: "account", join: { kind: "left", on } }],
  };
}

/** The entity of the level and those above it, the widest first, as the levels of their own declare them. */
function listEntities(resource: AnalyticsResource, resources: readonly Resource[]): AnalyticsEntity[] {
  const all = resources.flatMap((other) =>
    other.kind === "analytics" && other.entity ? [other.entity] : [],
  );
  const parents = resource.columns.flatMap(({ path }) => {
    const field = path.at(-1);
    const isParent =
      field !== undefined && field !== resource.entity?.field && resource.identity.includes(field);
    return isParent ? (all.find((entity) => entity.field === field) ?? []) : [];
  });
  return resource.entity ? [...parents, resource.entity] : parents;
}

/** Id, name and, for the entity of the level itself, status: as far as its table has them. */
function describeEntity(
  resource: AnalyticsResource,
  entity: AnalyticsEntity,
  resources: readonly Resource[],
): ViewPart {
  const id = resource.columns.find(({ name }) => name === entity.column);
  const list = resources.find(({ name }) => name === entity.resource);
  const columns = id ? [showColumn(id, METRICS)] : [];
  if (!list) return { columns, sources: [] };
  const alias = entity.column.replace(/_id$/, "");
  const shown = entity === resource.entity ? ["name", "status"] : ["name"];
  const found = shown.flatMap((name) => list.columns.find((column) => column.name === name) ?? []);
  const join = {
    kind: "left",
    on: `${alias}.ad_account_id = ${METRICS}.ad_account_id and ${alias}.id = ${METRICS}.${entity.column}`,
  } as const;
  return {
    columns: [...columns, ...found.map((column) => renameColumn(column, alias))],
    sources: found.length > 0 ? [{ table: tableName(list), alias, join }] : [],
  };
}

function renameColumn(column: Column, alias: string): ViewColumn {
  return { ...showColumn(column, alias), name: `${alias}_${column.name}` };
}
