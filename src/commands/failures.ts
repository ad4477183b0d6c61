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
    return `${shown.join("\n")}\n${why.replace(/^/gm, "  ")}`;
  });
}

/** "campaigns of 549755885175", or just the resource when it is asked once for all. */
export function describePlace(resource: string, scopeId: string | null | undefined): string {
  return scopeId ? `${resource} of ${scopeId}` : resource;
}

/** Failures of the same kind differ in the address asked and in Pinterest's request id. */
function reasonOf(why: string): string {
  return why.replace(/https?:\S+/g, "").replace(/x-pinterest-rid \S+/g, "");
}
