import type { Pinterest } from "./client.ts";
import { isObject } from "./problem.ts";
import type { PinterestRequest } from "./request.ts";

/**
 * The rows of a synchronous analytics endpoint, flat. A breakdown's `{targeting_type, targeting_value, metrics}`
 * becomes its metrics with `TARGETING_TYPE` and `TARGETING_VALUE`, as reports name them. Numbers that a double
 * would change come as `JSON.rawJSON`. A body of another form is asked again and fails with `invalid_response`.
 */
export async function readAnalytics(
  pinterest: Pinterest,
  request: PinterestRequest,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const body = await pinterest.get({ ...request, shape: "rows" });
  if (!isObject(body)) return Array.isArray(body) ? body : [];
  return Array.isArray(body.data) ? body.data.map(flatten) : [];
}

function flatten(breakdown: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { metrics, targeting_type: type, targeting_value: value } = breakdown;
  return { ...(isObject(metrics) ? metrics : {}), TARGETING_TYPE: type, TARGETING_VALUE: value };
}
