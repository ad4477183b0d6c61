import { z } from "zod";
import { ATTRIBUTION_WINDOWS, DEFAULT_ATTRIBUTION, REPORT_TIMES } from "./resources/attribution.ts";
import type { AnalyticsResource } from "./resources/define.ts";
import { analyticsResources } from "./resources/index.ts";
import { metrics } from "./resources/metrics.ts";
import { DEFAULT_TARGETING_TYPES } from "./resources/targeting-types.ts";
import { nearest, suggestion } from "./suggest.ts";
import { dayOf, parseDay, type Way } from "./window.ts";

const LEVELS: readonly string[] = analyticsResources.map(({ name }) => name.replace(/_analytics$/, ""));
/** All but the two that have a row per ad or ad group, day and value: they are by far the largest. */
const DEFAULT_LEVELS = LEVELS.filter((level) => !/^ad(?:_group)?_targeting$/.test(level));
const TARGETING_TYPES = listTargetingTypes(LEVELS);
/** Names of sets, which may stand among the names of metrics. */
const METRIC_SETS = ["core", "all"];
const METRIC_NAMES = [...METRIC_SETS, ...metrics.keys()];
const METHODS = ["auto", "sync", "report"] as const;
const LOOKBACK_DAYS_MAX = 180;
const TARGETING_TYPES_MAX = 15;
const TIMEOUT_MINUTES_MAX = 1440;

const NAME = "not a name";
const LIST = "not a list; write [one, two]";
const DAY = "not a day; write 2026-01-31";
const LOOKBACK = `not a whole number of days from 1 to ${LOOKBACK_DAYS_MAX}`;
const WINDOW = `not a window that Pinterest knows; valid are: ${ATTRIBUTION_WINDOWS.join(", ")} days`;
const TIMEOUT = `not a number of minutes above 0 and up to ${TIMEOUT_MINUTES_MAX}`;
const EMPTY = "name at least one, or leave the key out for the default";

const day = z
  .string(DAY)
  .refine((text) => parseDay(text) !== undefined, DAY)
  .refine(
    (from) => parseDay(from) === undefined || from <= dayOf(Date.now()),
    "a day that has not come yet, in UTC",
  );

const metricName = z
  .string(NAME)
  .transform((name) => (METRIC_SETS.includes(name.toLowerCase()) ? name.toLowerCase() : name.toUpperCase()))
  .refine((name) => METRIC_NAMES.includes(name), { error: ({ input }) => unknownMetric(String(input)) });

const targetingType = z
  .string(NAME)
  .toUpperCase()
  .refine((type) => TARGETING_TYPES.includes(type), {
    error: ({ input }) => unknownName("targeting type", String(input), TARGETING_TYPES),
  });

const windowDays = z
  .number(WINDOW)
  .refine((days) => ATTRIBUTION_WINDOWS.some((window) => window === days), WINDOW);
const attribution = z.strictObject({
  click: windowDays.default(DEFAULT_ATTRIBUTION.click),
  engagement: windowDays.default(DEFAULT_ATTRIBUTION.engagement),
  view: windowDays.default(DEFAULT_ATTRIBUTION.view),
  report_time: oneOf("report time", REPORT_TIMES).default(DEFAULT_ATTRIBUTION.reportTime),
});

const section = z.strictObject({
  start_date: day.optional(),
  lookback_days: z.int(LOOKBACK).min(1, LOOKBACK).max(LOOKBACK_DAYS_MAX, LOOKBACK).optional(),
  levels: z.array(oneOf("level", LEVELS), LIST).default(DEFAULT_LEVELS),
  metrics: z
    .preprocess(
      (value) => (typeof value === "string" ? [value] : value),
      z.array(metricName, "not core, all or a list; write [core, CTR]").min(1, EMPTY),
    )
    .default(["core"]),
  targeting_types: z
    .array(targetingType, LIST)
    .min(1, EMPTY)
    .max(TARGETING_TYPES_MAX, `more than ${TARGETING_TYPES_MAX} types; leave some out`)
    .default([...DEFAULT_TARGETING_TYPES]),
  method: oneOf("method", METHODS).default("auto"),
  attribution: z
    .array(attribution, LIST)
    .min(1, EMPTY)
    .superRefine(refuseRepeated)
    .default(() => [attribution.parse({})]),
  report_timeout_minutes: z.number(TIMEOUT).positive(TIMEOUT).max(TIMEOUT_MINUTES_MAX, TIMEOUT).default(30),
});

/** The section `analytics` of the configuration file. */
export const analyticsSection = section.superRefine(refuseUnknownTypes).prefault({});

export type AnalyticsSection = z.infer<typeof section>;

/** Keys that are valid at each place of the section, for suggestions. */
export const ANALYTICS_KEYS: Readonly<Record<string, readonly string[]>> = {
  analytics: Object.keys(section.shape),
  "analytics.attribution": Object.keys(attribution.shape),
};

function oneOf<const T extends string>(what: string, valid: readonly T[]) {
  return z.enum(valid, {
    error: ({ input }) => (typeof input === "string" ? unknownName(what, input, valid) : NAME),
  });
}

function unknownName(what: string, name: string, valid: readonly string[]): string {
  return `no ${what} "${name}"; ${suggestion(name, valid)}`;
}

/** Without the list of all names, which is too long to read. */
function unknownMetric(name: string): string {
  const match = nearest(name, METRIC_NAMES);
  return `no metric "${name}"; ${match ? `did you mean ${match}?` : "docs/metrics.md lists all"}`;
}

/** The same setting twice would load the same rows twice. */
function refuseRepeated(settings: readonly z.infer<typeof attribution>[], context: z.RefinementCtx): void {
  const names = settings.map((setting) => JSON.stringify(setting));
  for (const [index, name] of names.entries())
    if (names.indexOf(name) < index)
      context.addIssue({
        code: "custom",
        path: [index],
        message: "the same setting as one above; remove it",
      });
}

/** A breakdown that would silently be missing; where no level is broken down, none is asked. */
function refuseUnknownTypes(
  { levels, targeting_types, method }: AnalyticsSection,
  context: z.RefinementCtx,
): void {
  const way = method === "sync" ? "sync" : "report";
  const chosen = findBreakdowns(levels);
  if (chosen.length === 0 || !targeting_types.every((type) => TARGETING_TYPES.includes(type))) return;
  const refuse = (path: (string | number)[], message: string) =>
    context.addIssue({ code: "custom", path: ["targeting_types", ...path], message });
  for (const [index, type] of targeting_types.entries()) {
    if (knows(chosen, type, way)) continue;
    if (knows(chosen, type, way === "sync" ? "report" : "sync")) refuse([index], otherWayOnly(type, way));
    else
      refuse(
        [index],
        `none of the chosen levels is broken down by ${type}; remove it, or add a level that is`,
      );
  }
  const isKnown = (type: string) => knows(chosen, type, way);
  // What is wrong with a type has been said, and may be all that is wrong with the level.
  for (const level of targeting_types.every(isKnown) ? chosen : [])
    if (!targeting_types.some((type) => knows([level], type, way)))
      refuse(
        [],
        `${level.name.replace(/_analytics$/, "")} is broken down by none of them; add one that it has`,
      );
}

function otherWayOnly(type: string, way: Way): string {
  return way === "sync"
    ? `only reports give ${type}; remove it, or set method to auto`
    : `only the synchronous endpoint gives ${type}; remove it, or set method to sync`;
}

function findBreakdowns(levels: readonly string[]): readonly AnalyticsResource[] {
  return analyticsResources.filter(
    ({ name, targetingTypes }) => targetingTypes && levels.includes(name.replace(/_analytics$/, "")),
  );
}

function knows(breakdowns: readonly AnalyticsResource[], type: string, way: Way): boolean {
  return breakdowns.some(({ targetingTypes }) => targetingTypes?.[way].includes(type));
}

function listTargetingTypes(levels: readonly string[]): string[] {
  const types = findBreakdowns(levels).flatMap(({ targetingTypes }) => [
    ...(targetingTypes?.sync ?? []),
    ...(targetingTypes?.report ?? []),
  ]);
  return [...new Set(types)];
}
