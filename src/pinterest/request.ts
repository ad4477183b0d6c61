import type { EmptyAnswer, OAuthScope, RateCategory } from "../resources/define.ts";

/**
 * Which bodies count as an answer: any JSON, a page of a listing, rows of metrics (bare, or in `data`),
 * the token of a report, or the status of one. A 200 with anything else is asked again.
 */
export type Shape = "any" | "page" | "rows" | "report_token" | "report_status";

/** A read of the API. */
export interface PinterestRequest {
  /** Below the API's base, filled in, starting with a slash. */
  readonly path: string;
  /** Arrays are sent as repeated parameters. */
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  /** Sent as a POST with this as its JSON body; without it the request is a GET. */
  readonly json?: unknown;
  /** Default `any`. */
  readonly shape?: Shape;
  /** Parameters of the query whose values must not be seen in logs and errors. */
  readonly secretParameters?: readonly string[];
  readonly category: RateCategory;
  /** Aborting ends waiting and requests under way at once, with `interrupted`. */
  readonly signal?: AbortSignal;
  /** What the endpoint needs, to say so when it is missing. */
  readonly oauthScopes?: readonly OAuthScope[];
  /** An earlier token was refused with 403 here: another one, for which a refresh token is used up, is not worth trying. */
  readonly refusedBefore?: boolean;
  /** Answers that mean "there is nothing". */
  readonly emptyAnswers?: readonly EmptyAnswer[];
  /** Called for every HTTP request that is sent, repeated ones included. */
  readonly onCall?: () => void;
}

export interface ListRequest extends PinterestRequest {
  /** Ends after the first page that holds anything, for listings whose bookmark does not work. */
  readonly firstPageOnly?: boolean;
}

export interface ListPage {
  readonly items: unknown[];
}

const CONCEALED = "***";

/** The query as it may be seen in logs and errors. */
export function concealQuery({ query = {}, secretParameters = [] }: PinterestRequest) {
  const concealed = Object.fromEntries(secretParameters.map((name) => [name, CONCEALED]));
  return { ...query, ...concealed };
}

/** Values of the query that must not come back in a message. */
export function listSecrets({ query = {}, secretParameters = [] }: PinterestRequest): string[] {
  return secretParameters.flatMap((name) => query[name] ?? []);
}
