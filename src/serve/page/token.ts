import { html } from "hono/html";
import type { StatusDocument } from "../status-document.ts";
import { showBadge } from "./badge.ts";
import { formatSpan, type Markup, showDistance, showMoment } from "./words.ts";

/** How long the tokens live, never the tokens. */
export function showToken({ token, read_at }: StatusDocument): Markup {
  if (!token)
    return html`<section aria-labelledby="token"><h2 id="token">Token</h2><p class="muted">None is stored: it was not refreshed yet, or a fixed access token is given.</p></section>`;
  const life = (end: Date | null, seconds: number | null) =>
    end === null || seconds === null
      ? "Pinterest did not say"
      : seconds < 0
        ? html`ended ${showMoment(end)}`
        : html`${formatSpan(seconds)} left, to ${showMoment(end)}`;
  const tone = token.state === "usable" ? "well" : "act";
  return html`<section aria-labelledby="token"><h2 id="token">Token</h2>
<dl class="pairs">
<dt>State</dt><dd>${showBadge(token.state, tone)}${token.state === "refused" ? html` ${token.refused_reason}` : null}</dd>
<dt>Refresh token</dt><dd>${life(token.refresh_token_expires_at, token.refresh_token_seconds_left)}; each refresh renews it</dd>
<dt>Access token</dt><dd>${life(token.access_token_expires_at, token.access_token_seconds_left)}</dd>
<dt>Last refresh</dt><dd>${token.refreshed_at ? showDistance(token.refreshed_at, read_at) : "never"}</dd>
<dt>Scopes</dt><dd>${token.scopes?.join(", ") ?? "unknown"}</dd>
</dl></section>`;
}
