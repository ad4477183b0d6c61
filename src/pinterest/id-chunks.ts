import { ConnectorError } from "../errors.ts";
import { endpoint } from "./endpoint.ts";

/** The most ids that Pinterest takes in one request (API description 5.23). */
export const ID_CHUNK = 250;
/** Requests whose URL has so many characters or more are refused on their way. */
export const URL_LIMIT = 8_000;
const PINTEREST_URL = "https://api.pinterest.com/v5";

/**
 * Splits ids, in order, so that each request holds at most `maxIds` (never above 250) and its whole URL stays
 * below 8,000 characters: fewer ids, never fewer columns. No ids, no chunks.
 * Throws `configuration` when the rest of the URL leaves no room for a single id.
 */
export function chunkIds(request: {
  /** Default: Pinterest's. */
  readonly baseUrl?: string;
  readonly path: string;
  /** Without the ids. */
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly idsParameter: string;
  readonly ids: readonly string[];
  readonly maxIds?: number;
}): string[][] {
  const { baseUrl = PINTEREST_URL, path, query, idsParameter, ids, maxIds = ID_CHUNK } = request;
  const fixed = endpoint(baseUrl, path, query).href.length;
  const most = Math.max(1, Math.min(maxIds, ID_CHUNK));
  const chunks: string[][] = [];
  let chunk: string[] = [];
  let length = fixed;
  for (const id of ids) {
    const growth = 1 + new URLSearchParams({ [idsParameter]: id }).toString().length;
    if (fixed + growth >= URL_LIMIT) throw noRoom(path, fixed);
    if (chunk.length === 0 || chunk.length === most || length + growth >= URL_LIMIT) {
      chunk = [];
      chunks.push(chunk);
      length = fixed;
    }
    chunk.push(id);
    length += growth;
  }
  return chunks;
}

function noRoom(path: string, length: number): ConnectorError {
  return new ConnectorError(
    "configuration",
    `The URL of ${path} has ${length} characters before any id is added, of ${URL_LIMIT} that pass`,
    {
      nextStep: "Choose fewer metrics in analytics.metrics, or set analytics.method to report.",
      details: { path, length },
    },
  );
}
