import type { Analytics } from "./analytics/analytics.ts";
import { preventAnswer, spoilAnswer, writePage } from "./fault-effects.ts";
import type { createFaults, FaultCandidate, FaultRule } from "./faults.ts";
import type { JsonValue } from "./json.ts";
import type { AccessToken, OAuth } from "./oauth.ts";
import { answerJson, answerRateLimited, answerRedirect, answerRefusal, type Outcome } from "./outcome.ts";
import type { Paging } from "./paging.ts";
import type { PoisonedItem } from "./poison.ts";
import { readText } from "./query.ts";
import type { createRateLimits } from "./rate-limits.ts";
import type { RecordedRequest } from "./recorder.ts";
import { authenticationFailed, Refusal, scopeMissing } from "./refusal.ts";
import type { Denial, Route, RouteContext } from "./routes/route.ts";
import { findRoute } from "./routes/routes.ts";
import type { World } from "./world/world.ts";

/** Everything a request is answered from. */
export interface ExchangeState {
  seed: number;
  world: World;
  oauth: OAuth;
  paging: Paging;
  analytics: Analytics;
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
  /** Where this server was reached: scheme, host and port. */
  origin: string;
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
    const { route, parts } = findRoute(path, method);
    return answerRoute(state, request, route, parts);
  } catch (error) {
    if (error instanceof Refusal) return answerRefusal(error);
    throw error;
  }
}

/** Sends the browser on to the app that asked, with what the user decided. */
export function answerConsent({ consent }: OAuth, { method, query }: RecordedRequest): Outcome {
  return answerGood(() => {
    if (method !== "GET") throw new Refusal(405, 5, "Method not allowed.");
    return answerRedirect(consent(query));
  });
}

/** A fault at the OAuth endpoint strikes before the refresh token is used up. */
function answerTokenRequest(state: ExchangeState, request: ExchangeRequest): Outcome {
  const { recorded, authorization, form } = request;
  if (recorded.method !== "POST") throw new Refusal(405, 5, "Method not allowed.");
  const candidate = makeCandidate(recorded, undefined, { serves: "token" });
  const rule = decide(state, recorded, candidate);
  if (rule) return preventAnswer(rule, candidate) ?? spoilAnswer(rule, answerJson(SPOILED_GRANT));
  return answerJson(JSON.stringify(state.oauth.grant(authorization, form)));
}

function answerRoute(state: ExchangeState, request: ExchangeRequest, route: Route, parts: string[]): Outcome {
  const { recorded, authorization } = request;
  recorded.undocumented = [
    ...Object.keys(recorded.query).filter((name) => !route.parameters.includes(name)),
    ...listFields(recorded.json).filter((name) => route.fields?.includes(name) !== true),
  ];
  const token = state.oauth.findAccessToken(authorization);
  recorded.tokenGeneration = token?.generation ?? null;
  state.oauth.checkAccessToken(token);
  if (!state.oauth.hasScope(route.scope)) throw scopeMissing();
  const limits = state.countRequest(route.category);
  const outcome = limits.exceeded
    ? answerRateLimited(limits.resetSeconds)
    : answerData(state, request, route, parts, token);
  return { ...outcome, headers: { ...limits.headers, ...outcome.headers } };
}

function listFields(json: JsonValue | undefined): string[] {
  return typeof json === "object" && json !== null && !Array.isArray(json) ? Object.keys(json) : [];
}

function answerData(
  state: ExchangeState,
  request: ExchangeRequest,
  route: Route,
  parts: string[],
  token: AccessToken | undefined,
): Outcome {
  const { recorded } = request;
  const candidate = makeCandidate(recorded, token, {
    serves: route.serves ?? ("page" in route.answer ? "page" : "object"),
    ...route.asks?.(recorded),
  });
  const rule = decide(state, recorded, candidate);
  if (rule?.kind === "token_revoked" && token) {
    token.revoked = true;
    return answerRefusal(authenticationFailed());
  }
  const prevented = rule && preventAnswer(rule, candidate);
  if (prevented) return prevented;
  const good = answerGood(() => answerJson(writeAnswer(state, request, route, parts, rule)));
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
  { recorded, origin }: ExchangeRequest,
  route: Route,
  parts: string[],
  rule: FaultRule | undefined,
): string {
  const { world, paging, analytics, isDenied, seed } = state;
  const { path, query, json } = recorded;
  const fault = rule?.kind;
  const context: RouteContext = {
    world,
    paging,
    analytics,
    path,
    parts,
    query,
    json,
    fault,
    origin,
    isDenied,
  };
  if ("object" in route.answer) return JSON.stringify(route.answer.object(context));
  if ("text" in route.answer) return route.answer.text(context);
  const bookmark = readText(query, "bookmark");
  const identity = identify(recorded);
  return writePage(route.answer.page(context), rule, { identity, path, bookmark, seed }, state.onPoison);
}

function makeCandidate(
  recorded: RecordedRequest,
  token: AccessToken | undefined,
  asked: Pick<FaultCandidate, "serves" | "level" | "columns">,
): FaultCandidate {
  return {
    identity: identify(recorded),
    path: recorded.path,
    hasBookmark: readText(recorded.query, "bookmark") !== undefined,
    tokenServed: token?.served ?? 0,
    ...asked,
  };
}

function decide(
  state: ExchangeState,
  recorded: RecordedRequest,
  candidate: FaultCandidate,
): FaultRule | undefined {
  const rule = state.decideFault()(candidate);
  recorded.fault = rule?.kind ?? null;
  return rule;
}

function identify({ method, path, query, json }: RecordedRequest): string {
  return `${method} ${path} ${JSON.stringify(query)}${json === undefined ? "" : JSON.stringify(json)}`;
}
