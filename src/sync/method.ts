import { ID_CHUNK, URL_LIMIT } from "../pinterest/id-chunks.ts";
import type { AnalyticsSettings } from "../resources/analytics-settings.ts";
import type { AnalyticsResource } from "../resources/define.ts";
import { metrics } from "../resources/metrics.ts";
import { countDays, type Day, earliestDay, longestRange, type Way, type Window } from "../window.ts";

/** A window of metrics before it is decided how to ask for it. */
export interface Question {
  readonly resource: AnalyticsResource;
  readonly window: Window;
  readonly settings: AnalyticsSettings;
  /** Entities of the level that the warehouse knows of the account; undefined: they cannot be known. */
  readonly knownIds: number | undefined;
}

/** One to create a report and, with pauses of up to 10 seconds, about four to learn that it is finished. */
export const REPORT_CALLS = 5;
/** Targeting types that Pinterest takes in one report (API description 5.23). */
export const REPORT_TARGETING_TYPES_MAX = 5;
/** Rows (ids × days × targeting values) of one synchronous answer: it is held in memory as a whole. */
export const SYNC_ROWS_MAX = 10_000;

/** Address, path, days and attribution of a synchronous request, generously. */
const URL_FIXED = 400;
/** The longest ids that Pinterest gives. */
const ID_DIGITS = 18;
/** Values that a targeting type typically has; regions and interests have more, genders fewer. */
const TARGETING_VALUES = 10;

/**
 * How a window is best asked for. `analytics.method` decides where it can; `auto` takes the way that needs fewer
 * calls, but never one that leaves out what the other one would give: a metric, a targeting type, or an entity that
 * has metrics and stands in no list, which nobody can ask for by id. A refusal of reports leaves the synchronous
 * endpoint, if it knows the level and one of its targeting types, reaches that far, and has ids to ask with.
 */
export function chooseMethod(
  question: Question & {
    /** True when the account may not create reports. */
    readonly refusedReports: boolean;
    readonly today: Day;
  },
): Way {
  const { resource, settings, refusedReports } = question;
  if (!reachesBySync(question)) return "report";
  if (settings.method !== "auto") return settings.method;
  if (refusedReports) return "sync";
  if (countOnly(resource, settings, "report") > 0) return "report";
  if (countOnly(resource, settings, "sync") > 0) return "sync";
  if (resource.sync?.idsParameter !== undefined) return "report";
  return countCalls(question, "sync") <= countCalls(question, "report") ? "sync" : "report";
}

/**
 * True when slices of this resource may be asked for by id, so that the list of the entities should come first:
 * even where reports answer more, an account that may not create them is left with its ids.
 */
export function mayAskSync({ sync }: AnalyticsResource, { method }: AnalyticsSettings): boolean {
  return sync?.idsParameter !== undefined && method !== "report";
}

/** API calls that the window costs in this way, if nothing has to be repeated. */
export function countCalls(question: Question, way: Way): number {
  const { resource, settings, knownIds } = question;
  const types = listTypes(resource, settings).filter(
    (type) => resource.targetingTypes?.[way].includes(type) ?? true,
  );
  if (resource.targetingTypes && types.length === 0) return 0;
  if (way === "report")
    return REPORT_CALLS * Math.max(1, Math.ceil(types.length / REPORT_TARGETING_TYPES_MAX));
  if (resource.sync?.idsParameter === undefined) return 1;
  return Math.ceil((knownIds ?? 0) / countIdsPerCall(question));
}

/** Ids at most in one synchronous call, so that its answer stays small and its URL is not refused; at least 1. */
export function countIdsPerCall({ resource, window, settings }: Omit<Question, "knownIds">): number {
  const values = TARGETING_VALUES * listTypes(resource, settings).length || 1;
  const byRows = SYNC_ROWS_MAX / (countDays(window) * values);
  const columns = [...resource.identity, ...settings.metrics, ...listTypes(resource, settings)];
  const left = URL_LIMIT - URL_FIXED - columns.join(",").length;
  const byLength = left / (`&${resource.sync?.idsParameter}=`.length + ID_DIGITS);
  return Math.max(1, Math.floor(Math.min(ID_CHUNK, byRows, byLength)));
}

/** The way that reaches furthest back for what is asked of this level, the configuration permitting. */
export function reachOf(resource: AnalyticsResource, settings: AnalyticsSettings): Way {
  if (!resource.sync) return "report";
  if (settings.method !== "auto") return settings.method;
  const types = listTypes(resource, settings);
  const onlyAtOnce =
    types.length > 0 && types.every((type) => !resource.targetingTypes?.report.includes(type));
  return onlyAtOnce || settings.metrics.every((name) => !metrics.get(name)?.report) ? "sync" : "report";
}

function reachesBySync({
  resource,
  window,
  settings,
  knownIds,
  today,
}: Question & { readonly today: Day }): boolean {
  if (!resource.sync) return false;
  const { targetingTypes: known } = resource;
  // Nothing would be asked, and what stands in the window would pass for vanished.
  if (known && !settings.targetingTypes.some((type) => known.sync.includes(type))) return false;
  if (resource.sync.idsParameter !== undefined && knownIds === undefined) return false;
  return window.from >= earliestDay("sync", today) && countDays(window) <= longestRange("sync");
}

/** So many of the metrics and targeting types asked for are given in this way and not in the other. */
function countOnly(resource: AnalyticsResource, settings: AnalyticsSettings, way: Way): number {
  const other = way === "sync" ? "report" : "sync";
  const named = settings.metrics.filter((name) => metrics.get(name)?.[way] && !metrics.get(name)?.[other]);
  const { targetingTypes } = resource;
  const types = targetingTypes
    ? settings.targetingTypes.filter(
        (type) => targetingTypes[way].includes(type) && !targetingTypes[other].includes(type),
      )
    : [];
  return named.length + types.length;
}

/** True when the level is broken down by one of the configured types, in the way that the configuration allows. */
export function hasTypes({ targetingTypes }: AnalyticsResource, settings: AnalyticsSettings): boolean {
  const known = targetingTypes?.[settings.method === "sync" ? "sync" : "report"] ?? [];
  return settings.targetingTypes.some((type) => known.includes(type));
}

/** Targeting types that are asked for at this level; none where the level is not a breakdown. */
function listTypes({ targetingTypes }: AnalyticsResource, settings: AnalyticsSettings): readonly string[] {
  if (!targetingTypes) return [];
  const known = [...targetingTypes.sync, ...targetingTypes.report];
  return settings.targetingTypes.filter((type) => known.includes(type));
}
