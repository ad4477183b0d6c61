/** The day the world starts at, 2025-11-01T00:00:00Z, in epoch seconds: fixed, so that data never depends on today. */
export const WORLD_START = 1_761_955_200;
export const SECONDS_PER_DAY = 86_400;
const MS_PER_SECOND = 1000;

/** ISO 8601 in UTC without fractions, as the catalog endpoints send times. */
export function toIso(epochSeconds: number): string {
  return new Date(epochSeconds * MS_PER_SECOND).toISOString().replace(".000Z", "Z");
}
