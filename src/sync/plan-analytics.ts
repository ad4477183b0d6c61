import { ConnectorError } from "../errors.ts";
import type { AnalyticsSettings } from "../resources/analytics-settings.ts";
import { type Attribution, nameAttribution } from "../resources/attribution.ts";
import type { AnalyticsResource, Resource } from "../resources/define.ts";
import {
  addDays,
  cutWindow,
  type Day,
  earliestDay,
  listDays,
  splitByMonth,
  splitWindow,
  toWindows,
  type Window,
} from "../window.ts";
import { hasTypes, reachOf } from "./method.ts";

/** A window of metrics of one level, one ad account and one attribution setting. */
export interface AnalyticsSlice {
  readonly resource: AnalyticsResource;
  readonly adAccountId: string;
  readonly ownerUserId: undefined;
  readonly attribution: Attribution;
  readonly window: Window;
}

interface Selection {
  /** Lists among them are passed over. */
  readonly resources: readonly Resource[];
  readonly accounts: readonly { readonly id: string }[];
  readonly settings: AnalyticsSettings;
  /** The day in UTC. */
  readonly today: Day;
}

/** What has its own past: slices of one series differ only in their window. */
type Series = Omit<AnalyticsSlice, "window">;

/**
 * Longest slice of a sync: the whole lookback of the longest attribution window, 60 days and 3 until it is settled,
 * so that a daily refresh costs one report a level. A longer one is repeated at a higher price when it fails.
 */
export const SLICE_DAYS = 63;
/** Days of a first load, today included, where the configuration names no first day. */
export const FIRST_LOAD_DAYS = 90;

/**
 * The windows that a run reads: the trailing days that attribution still restates, and whatever was never loaded
 * since the first day. Days before that first day are read again only where a backfill has loaded them.
 * Oldest first; nothing that Pinterest no longer has is planned. No window begins before the reach of the synchronous
 * endpoints and ends within it: where reports are refused, the days within are still to be had.
 */
export function planSync(
  options: Selection & {
    /** Days that stand in the table, in any order; resource and attribution by name. */
    readonly loadedDays: (resource: string, adAccountId: string, attribution: string) => readonly Day[];
  },
): AnalyticsSlice[] {
  return interleave(options, (series) => {
    const { resource, adAccountId, attribution } = series;
    const loaded = options.loadedDays(resource.name, adAccountId, nameAttribution(attribution));
    return toWindows(chooseDays(resource, options, loaded))
      .flatMap((run) => cutWindow(run, earliestDay("sync", options.today)))
      .flatMap((part) => splitWindow(part, SLICE_DAYS, "oldest"));
  });
}

/**
 * The windows of a backfill that are not done. They are cut where months begin, so they are the same on every day,
 * and stay the same but for the outermost when the range is changed: what is done stays done.
 * Throws `usage` for days that are yet to come, and `day_out_of_reach` naming the earliest possible day when one of
 * the windows to be read begins before it.
 */
export function planBackfill(
  options: Selection & {
    readonly window: Window;
    readonly order: "newest" | "oldest";
    readonly done: (resource: string, adAccountId: string, attribution: string, window: Window) => boolean;
  },
): AnalyticsSlice[] {
  const { window, today } = options;
  if (window.from > window.to)
    throw new ConnectorError("usage", `The first day, ${window.from}, comes after the last, ${window.to}`);
  if (window.to > today)
    throw new ConnectorError("usage", `${window.to} has not come yet`, {
      nextStep: `The last possible day is today, in UTC: ${today}.`,
    });
  const windows = splitByMonth(window, options.order);
  const slices = interleave(options, ({ resource, adAccountId, attribution }) =>
    windows.filter((part) => !options.done(resource.name, adAccountId, nameAttribution(attribution), part)),
  );
  refuseLostDays(slices, options);
  return slices;
}

function chooseDays(
  resource: AnalyticsResource,
  { settings, today }: Selection,
  loaded: readonly Day[],
): Day[] {
  const restated = addDays(today, 1 - settings.lookbackDays);
  const firstLoad = addDays(today, 1 - FIRST_LOAD_DAYS);
  const start = settings.startDate ?? earlier(firstLoad, restated);
  const reach = earliestDay(reachOf(resource, settings), today);
  const isLoaded = new Set(loaded);
  const from = later(reach, earlier(start, restated));
  return listDays({ from, to: today }).filter((day) => day >= (isLoaded.has(day) ? restated : start));
}

/** Series take turns, so that a large account does not hold up the others. */
function interleave(
  selection: Selection,
  planWindows: (series: Series) => readonly Window[],
): AnalyticsSlice[] {
  const planned = listSeries(selection).map((series) => ({ series, windows: planWindows(series) }));
  const takeTurns = (some: typeof planned) => {
    const rounds = some.reduce((most, { windows }) => Math.max(most, windows.length), 0);
    return Array.from({ length: rounds }, (_, round) =>
      some.flatMap(({ series, windows }) => (windows[round] ? [{ ...series, window: windows[round] }] : [])),
    ).flat();
  };
  // Totals of accounts are cheap, and the first that somebody wants to see.
  const { totals = [], details = [] } = Object.groupBy(planned, ({ series: { resource } }) =>
    resource.entity || resource.targetingTypes ? "details" : "totals",
  );
  return [...takeTurns(totals), ...takeTurns(details)];
}

function listSeries({ resources, accounts, settings }: Selection): Series[] {
  return (
    resources
      .filter((resource) => resource.kind === "analytics")
      // Without a type to break it down by there is nothing to ask, and its days would pass for loaded.
      .filter((resource) => !resource.targetingTypes || hasTypes(resource, settings))
      .flatMap((resource) =>
        settings.attributions.flatMap((attribution) =>
          accounts.map(({ id }) => ({ resource, adAccountId: id, ownerUserId: undefined, attribution })),
        ),
      )
  );
}

function refuseLostDays(slices: readonly AnalyticsSlice[], { settings, today }: Selection): void {
  const lost = slices
    .map(({ resource, window }) => ({
      resource,
      window,
      earliest: earliestDay(reachOf(resource, settings), today),
    }))
    .filter(({ window, earliest }) => window.from < earliest)
    .toSorted(
      (a, b) => b.earliest.localeCompare(a.earliest) || a.window.from.localeCompare(b.window.from),
    )[0];
  if (!lost) return;
  const { resource, window, earliest } = lost;
  const bySync = reachOf(resource, settings) === "sync" && settings.method === "sync";
  const further = bySync
    ? ` Reports reach back to ${earliestDay("report", today)}: set analytics.method to auto.`
    : "";
  throw new ConnectorError(
    "day_out_of_reach",
    `${window.from} is out of reach: Pinterest gives ${resource.name} from ${earliest} on`,
    {
      nextStep: `Begin on the earliest possible day: --from ${earliest}.${further} What was loaded before stays.`,
      details: { resource: resource.name, earliest },
    },
  );
}

function earlier(one: Day, other: Day): Day {
  return one < other ? one : other;
}

function later(one: Day, other: Day): Day {
  return one > other ? one : other;
}
