import type { OAuthScope } from "../resources/define.ts";
import { tidyMessage } from "./problem.ts";

export interface ConsentRequest {
  /** Of the API, such as `https://api.pinterest.com/v5`. */
  readonly baseUrl: string;
  readonly appId: string;
  /** Exactly as it is registered with the app: Pinterest compares letter by letter. */
  readonly redirectUri: string;
  readonly scopes: readonly OAuthScope[];
  /** Comes back with the answer and tells it from one that somebody else made up. */
  readonly state: string;
}

/**
 * The page on which a user allows the app to read.
 * Source: https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/
 */
export function consentUrl(request: ConsentRequest): URL {
  const url = consentPage(request.baseUrl);
  url.search = new URLSearchParams({
    client_id: request.appId,
    redirect_uri: request.redirectUri,
    response_type: "code",
    scope: request.scopes.join(","),
    state: request.state,
  }).toString();
  return url;
}

/** Pinterest has one for API and sandbox; whatever else serves the API, as the simulator does, serves its own. */
function consentPage(baseUrl: string): URL {
  const { hostname, origin } = new URL(baseUrl);
  const isPinterest = hostname === "pinterest.com" || hostname.endsWith(".pinterest.com");
  return new URL("/oauth/", isPinterest ? "https://www.pinterest.com" : origin);
}

/** What a visit to the redirect URI means. */
export type Redirect =
  | { readonly kind: "code"; readonly code: string }
  /** The user, or Pinterest, said no. `reason` is safe to show: one bounded line. */
  | { readonly kind: "denied"; readonly reason: string }
  /** Not the answer to this login. */
  | { readonly kind: "foreign" }
  /** Neither a code nor a refusal. */
  | { readonly kind: "incomplete" };

/** Reads the parameters with which Pinterest sends the browser back; nothing is believed without the right state. */
export function readRedirect({ searchParams }: URL, state: string): Redirect {
  const code = searchParams.get("code");
  const error = searchParams.get("error");
  if (!code && !error) return { kind: "incomplete" };
  if (searchParams.get("state") !== state) return { kind: "foreign" };
  if (code) return { kind: "code", code };
  const said = [error, searchParams.get("error_description")].filter(Boolean).join(": ");
  return { kind: "denied", reason: tidyMessage(said) };
}
