import { html } from "hono/html";
import type { TokenState } from "../health/judge-token.ts";
import type { StatusDocument } from "../status/document.ts";
import { showBadge, type Tone } from "./badge.ts";
import { showNote, showSection } from "./section.ts";
import { formatSpan, type Markup, showDistance, showMoment, showText } from "./words.ts";

const NONE =
  "None is stored yet. Log in with `pinterest-ads auth login`; one that is configured is stored when it is first refreshed.";
const GIVEN = "PINTEREST_ACCESS_TOKEN is used. Nothing renews it; it ends after 30 days.";

const TONES: Readonly<Record<TokenState, Tone>> = {
  given: "plain",
  missing: "act",
  unused: "wait",
  refused: "act",
  dead: "act",
  expiring: "act",
  usable: "well",
};

/** How long the tokens live, never the tokens. */
export function showToken({ token, uses_stored_token, read_at }: StatusDocument): Markup {
  if (!token) return showSection("token", "Token", showNote(showText(uses_stored_token ? NONE : GIVEN)));
  const { state, refreshed_at, scopes } = token;
  const reasons: Partial<Record<TokenState, string>> = {
    refused: ` ${token.refused_reason ?? ""}`,
    unused: " Another one is configured since, and is used from the next refresh on.",
  };
  const reason = reasons[state];
  // A token that is refused is void, however long it would have lasted.
  const isVoid = state === "refused" || state === "dead";
  const refreshEnd = isVoid
    ? "void"
    : html`${showLife(token.refresh_token_expires_at, token.refresh_token_seconds_left)}; each refresh renews it`;
  return showSection(
    "token",
    "Token",
    html`<dl class="pairs">
<dt>State</dt><dd>${showBadge(state, TONES[state])}${reason}</dd>
<dt>Refresh token</dt><dd>${refreshEnd}</dd>
<dt>Access token</dt><dd>${showLife(token.access_token_expires_at, token.access_token_seconds_left)}</dd>
<dt>Last refresh</dt><dd>${refreshed_at ? showDistance(refreshed_at, read_at) : "never"}</dd>
<dt>Scopes</dt><dd>${scopes?.join(", ") ?? "unknown"}</dd>
</dl>`,
  );
}

function showLife(end: Date | null, secondsLeft: number | null): Markup | string {
  if (end === null || secondsLeft === null) return "Pinterest did not say when it ends";
  if (secondsLeft < 0) return html`ended ${showMoment(end)}`;
  return html`${formatSpan(secondsLeft)} left, to ${showMoment(end)}`;
}
