import { plural } from "../../counting.ts";
import type { Resource } from "../../resources/define.ts";
import { REFRESHED_BY, type ScheduleGroup } from "../../schedules.ts";
import type { ServiceSettings } from "../../service-config.ts";
import { describeSpan } from "../../span.ts";
import type { FreshnessRow } from "../../warehouse/freshness.ts";
import type { Place } from "../../warehouse/never-loaded.ts";
import { groupOf } from "../schedule/scheduled-request.ts";
import type { Condition } from "./condition.ts";
import { flatten, listSome, nameAccount, nameMoment } from "./plain-text.ts";

const WORDS: Record<ScheduleGroup, string> = {
  entities: "Ad accounts, campaigns, ad groups and ads",
  catalogs: "Catalogs and feeds",
  analytics: "Metrics",
};
const PLACES_SHOWN = 5;
const SCOPE_MAX = 80;

export interface StaleInput {
  readonly rows: readonly FreshnessRow[];
  /** Places that runs have tried to load for longer than data may be old. */
  readonly longTried: readonly Place[];
  readonly resources: readonly Resource[];
  readonly settings: Pick<ServiceSettings, "schedules" | "maxStalenessMs">;
  /** Of ad accounts, by id. */
  readonly names: ReadonlyMap<string, string | null>;
}

/** Groups of resources with places that were loaded longer ago than they may, or tried for so long and never loaded. */
export function findStale(input: StaleInput): Condition[] {
  const { rows, longTried, resources, settings } = input;
  const tried = new Set(longTried.map(identify));
  const groups = new Map(resources.map((resource) => [resource.name, groupOf(resource)]));
  const byGroup = Map.groupBy(rows, ({ resource }) => groups.get(resource));
  return [...byGroup].flatMap(([group, all]) => {
    // With all of its schedules off its age is nobody's concern.
    if (!group || !REFRESHED_BY[group].some((name) => settings.schedules.has(name))) return [];
    const stale = all.filter((row) =>
      row.age_seconds === null ? tried.has(identify(row)) : row.age_seconds * 1000 > settings.maxStalenessMs,
    );
    return stale.length === 0 ? [] : [describe(group, stale, all.length, input)];
  });
}

function describe(
  group: ScheduleGroup,
  stale: readonly FreshnessRow[],
  places: number,
  { settings, names }: StaleInput,
): Condition {
  const oldestFirst = stale.toSorted((a, b) => (a.fresh_at?.getTime() ?? 0) - (b.fresh_at?.getTime() ?? 0));
  const lines = oldestFirst.map(({ resource, scope_id, fresh_at }) => {
    const scope = nameAccount(flatten(scope_id, SCOPE_MAX), names.get(scope_id));
    const place = scope_id === "*" ? resource : `${resource} of ${scope}`;
    return `${place}: ${fresh_at ? `last loaded ${nameMoment(fresh_at)}` : "never loaded"}`;
  });
  return {
    kind: "stale",
    subject: group,
    summary: `${WORDS[group]} are out of date: ${stale.length} of ${plural(places, "table")} (by ad account) ${stale.length === 1 ? "was" : "were"} not loaded for longer than ${describeSpan(settings.maxStalenessMs / 1000)}.`,
    details: listSome(lines, PLACES_SHOWN),
    nextStep: "The last runs tell what failed, or that there were none. `pinterest-ads sync` loads at once.",
  };
}

function identify({ resource, scope_id }: Place): string {
  return `${resource} ${scope_id}`;
}
