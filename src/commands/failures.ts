import type { Window } from "../window.ts";
import { wrapIndented } from "./wrap.ts";

/** Something that was not loaded, and why. */
export interface FailureLine {
  readonly where: string;
  readonly why: string;
}

const PLACES_SHOWN = 3;

/** Failures for a person: the same reason of many slices is told once. */
export function renderFailures(failures: readonly FailureLine[]): string[] {
  return [...Map.groupBy(failures, ({ why }) => reasonOf(why)).values()].map((same) => {
    const why = same[0]?.why ?? "";
    const places = same.map(({ where }) => where);
    const rest = places.length - PLACES_SHOWN;
    const shown = [...places.slice(0, PLACES_SHOWN), ...(rest > 0 ? [`and ${rest} more`] : [])];
    return `${shown.join("\n")}\n${wrapIndented(why, 2)}`;
  });
}

/**
 * "campaigns of 549755885175", or just the resource when it is asked once for all; metrics with their days:
 * "campaign_analytics of 549755885175 2026-01-01..2026-01-31".
 */
export function describePlace(
  resource: string,
  scopeId: string | null | undefined,
  window?: Window | undefined,
): string {
  const days = window ? ` ${window.from}..${window.to}` : "";
  return scopeId ? `${resource} of ${scopeId}${days}` : `${resource}${days}`;
}

/** Failures of the same kind differ in the address asked and in Pinterest's request id. */
function reasonOf(why: string): string {
  return why.replace(/https?:\S+/g, "").replace(/x-pinterest-rid \S+/g, "");
}
