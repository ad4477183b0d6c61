import type { ApiRecord } from "../json.ts";

/** The records by id, which is all that Pinterest can sort by; without an order as they are. */
export function orderById(records: ApiRecord[], order: string | undefined): ApiRecord[] {
  if (order === undefined) return records;
  const sign = order === "DESCENDING" ? -1 : 1;
  return records.sort((a, b) => sign * compareIds(a.id, b.id));
}

/** Numerically: ids are digits without leading zeros, so the longer one is the larger one. */
function compareIds(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : Number(a > b);
}
