import { ConnectorError } from "../errors.ts";
import type { Pinterest } from "./client.ts";
import { isObject } from "./problem.ts";
import type { PinterestRequest } from "./request.ts";

/** Whether the metrics of a day are complete. */
export interface MetricsReady {
  /** Impressions, clicks, spend and whatever is no conversion. */
  readonly deliveryFinal: boolean;
  readonly conversionsFinal: boolean;
}

const PATH = "/resources/metrics_ready_state";

/**
 * What Pinterest says about a UTC day (`YYYY-MM-DD`), the same for all accounts
 * (GET /resources/metrics_ready_state). Throws `invalid_response` when it says something else than yes or no.
 */
export async function readMetricsReady(
  pinterest: Pinterest,
  day: string,
  options: Pick<PinterestRequest, "signal" | "onCall"> = {},
): Promise<MetricsReady> {
  const body = await pinterest.get({
    ...options,
    path: PATH,
    query: { date: day },
    category: "ads_analytics",
    oauthScopes: ["ads:read"],
  });
  const state = isObject(body) ? body : {};
  return {
    deliveryFinal: readFlag(state, "non_conversion_metrics_ready"),
    conversionsFinal: readFlag(state, "conversion_metrics_ready"),
  };
}

function readFlag(state: Readonly<Record<string, unknown>>, name: string): boolean {
  const flag = state[name];
  if (typeof flag === "boolean") return flag;
  throw new ConnectorError("invalid_response", `${PATH} answered without ${name}`, {
    nextStep: "Run again later; if it stays, ask Pinterest's support.",
    details: { path: PATH },
  });
}
