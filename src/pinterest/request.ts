import type { EmptyAnswer, OAuthScope, RateCategory } from "../resources/define.ts";

/** A read of the API. */
export interface PinterestRequest {
  /** Below the API's base, filled in, starting with a slash. */
  readonly path: string;
  /** Arrays are sent as repeated parameters. */
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  readonly category: RateCategory;
  /** Aborting ends waiting and requests under way at once, with `interrupted`. */
  readonly signal?: AbortSignal;
  /** What the endpoint needs, to say so when it is missing. */
  readonly oauthScopes?: readonly OAuthScope[];
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
