import type { FaultKind } from "./fault-kinds.ts";
import type { JsonValue } from "./json.ts";
import type { Query } from "./query.ts";

/**
 * One request as it arrived and what became of it. No credential is kept, only which one it was; tokens of reports and
 * addresses of their files are.
 */
export interface RecordedRequest {
  /** 1 for the first request after the start. */
  number: number;
  method: string;
  /** Path below `/v5`, as sent; of other addresses all of it. */
  path: string;
  query: Query;
  /** Lower-case names; `authorization` holds its scheme alone. */
  headers: Record<string, string>;
  /** Which access token came: 0 = the one issued at the start, n = the n-th refresh; null = none or unknown. */
  tokenGeneration: number | null;
  /** Form fields of an OAuth request; a refresh token is `generation n`, a code is `code n`, others `unknown`. */
  form: Record<string, string>;
  /** The JSON body; undefined when there is none. */
  json: JsonValue | undefined;
  /** Parameters, and fields of the body, that the API description does not list for this endpoint. */
  undocumented: string[];
  /** Milliseconds since 1970, by the simulator's clock. */
  receivedAt: number;
  /** Null while unanswered, and for ever when the connection was reset or left hanging. */
  status: number | null;
  fault: FaultKind | null;
}

const DROPPED_AT_ONCE = 1_000;

/**
 * Keeps the requests, the oldest dropped beyond `most`, so that a simulator left running does not eat the
 * machine's memory.
 */
export function recordRequest(requests: RecordedRequest[], request: RecordedRequest, most: number): void {
  requests.push(request);
  if (requests.length > most + DROPPED_AT_ONCE) requests.splice(0, requests.length - most);
}
