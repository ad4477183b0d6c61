import { preventAnswer, spoilAnswer, writePage } from "./fault-effects.ts";
import type { createFaults, FaultRule } from "./faults.ts";
import type { AccessToken, OAuth } from "./oauth.ts";
import { answerJson, answerRateLimited, answerRefusal, type Outcome } from "./outcome.ts";
import type { Paging } from "./paging.ts";
import type { PoisonedItem } from "./poison.ts";
import { readText } from "./query.ts";
import type { createRateLimits } from "./rate-limits.ts";
import type { RecordedRequest } from "./recorder.ts";
import { authenticationFailed, Refusal, scopeMissing } from "./refusal.ts";
import type { Denial, Route } from "./routes/route.ts";
import { findRoute } from "./routes/routes.ts";
import type { World } from "./world/world.ts";

/** Everything a request is answered from. */
export interface ExchangeState {
  seed: number;
  world: World;
  oauth: OAuth;
  paging: Paging;
  countRequest: ReturnType<typeof createRateLimits>;
  decideFault: () => ReturnType<typeof createFaults>;
  isDenied: (adAccountId: string, denial: Denial) => boolean;
  onPoison: (item: PoisonedItem) => void;
}

/** A request as far as it matters here; `recorded` is completed with what is learned on the way. */
export interface ExchangeRequest {
  recorded: RecordedRequest;
  authorization: string | undefined;
  form: URLSearchParams;
}

const OAUTH_PATH = "/oauth/token";
/** What of a token answer a client gets to see when its delivery fails: nothing that was really issued. */
const SPOILED_GRANT =
  '{"response_type":"refresh_token","access_token":"pina_never_issued","token_type":"bearer"}';

/** Answers one request. Never throws for what a client can do wrong: that is an outcome with an error body. */
export function answerRequest(state: ExchangeState, request: ExchangeRequest): Outcome {
  try {
    const { method, path } = request.recorded;
    if (path === OAUTH_PATH) return answerTokenRequest(state, request);
    const found = findRoute(path);
    if (found === undefined) throw new Refusal(404, 404, "Not found.");
    if (method !== "GET") throw new Refusal(405, 5, "Method not allowed.");
    return answerRoute(state, request, found.route, found.parts);
  } catch (error) {
    if (error instanceof Refusal) return answerRefusal(error);
    throw error;
  }
}

/** A fault at the OAuth endpoint strikes before the refresh token is used up. */
function answerTokenRequest(state: ExchangeState, request: ExchangeRequest): Outcome {
  const { recorded, authorization, form } = request;
  if (recorded.method !== "POST") throw new Refusal(405, 5, "Method not allowed.");
  const rule = decide(state, recorded, undefined, false);
  if (rule) return preventAnswer(rule) ?? spoilAnswer(rule, answerJson(SPOILED_GRANT));
  return answerJson(JSON.stringify(state.oauth.grant(authorization, form)));
}

function answerRoute(
  state: ExchangeState,
  { recorded, authorization }: ExchangeRequest,
  route: Route,
  parts: string[],
): Outcome {
  recorded.undocumented = Object.keys(recorded.query).filter((name) => !route.parameters.includes(name));
  const token = state.oauth.findAccessToken(authorization);
  recorded.tokenGeneration = token?.generation ?? null;
  state.oauth.checkAccessToken(token);
  if (!state.oauth.hasScope(route.scope)) throw scopeMissing();
  const limits = state.countRequest(route.category);
  const outcome = limits.exceeded
    ? answerRateLimited(limits.resetSeconds)
    : answerData(state, recorded, route, parts, token);
  return { ...outcome, headers: { ...limits.headers, ...outcome.headers } };
}

function answerData(
  state: ExchangeState,
  recorded: RecordedRequest,
  route: Route,
  parts: string[],
  token: AccessToken | undefined,
): Outcome {
  const rule = decide(state, recorded, token, "page" in route.answer);
  if (rule?.kind === "token_revoked" && token) {
    token.revoked = true;
    return answerRefusal(authenticationFailed());
  }
  const prevented = rule && preventAnswer(rule);
  if (prevented) return prevented;
  const good = answerGood(() => answerJson(writeAnswer(state, recorded, route, parts, rule)));
  return rule ? spoilAnswer(rule, good) : good;
}

/** A refusal becomes an outcome here, so that it carries the rate-limit headers like any other answer. */
function answerGood(answer: () => Outcome): Outcome {
  try {
    return answer();
  } catch (error) {
    if (error instanceof Refusal) return answerRefusal(error);
    throw error;
  }
}

function writeAnswer(
  state: ExchangeState,
  recorded: RecordedRequest,
  route: Route,
  parts: string[],
  rule: FaultRule | undefined,
): string {
  const { world, paging, isDenied, seed } = state;
  const { path, query } = recorded;
  const context = { world, paging, path, parts, query, isDenied };
  if ("object" in route.answer) return JSON.stringify(route.answer.object(context));
  const bookmark = readText(query, "bookmark");
  const identity = identify(recorded);
  return writePage(route.answer.page(context), rule, { identity, path, bookmark, seed }, state.onPoison);
}

function decide(
  state: ExchangeState,
  recorded: RecordedRequest,
  token: AccessToken | undefined,
  isListing: boolean,
): FaultRule | undefined {
  const rule = state.decideFault()({
    identity: identify(recorded),
    path: recorded.path,
    isListing,
    hasBookmark: readText(recorded.query, "bookmark") !== undefined,
    tokenServed: token?.served ?? 0,
  });
  recorded.fault = rule?.kind ?? null;
  return rule;
}

function identify({ method, path, query }: RecordedRequest): string {
  return `${method} ${path} ${JSON.stringify(query)}`;
}
