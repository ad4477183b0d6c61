import { html } from "hono/html";
import type { StatusDocument } from "../status-document.ts";
import type { Matter } from "../status-matters.ts";
import type { Verdict } from "../status-verdict.ts";
import { type Markup, showText, speakName } from "./words.ts";

const SIGNS: Readonly<Record<Verdict["level"], string>> = { well: "✓", act: "!", empty: "…" };
/** So many subjects tell what kind of thing it is; the list of alerts has them all. */
const SUMMARIES_SHOWN = 3;

/** The first thing to be read: whether anybody has to do anything, and what. */
export function showVerdict({ verdict }: StatusDocument): Markup {
  const { level, headline, matters, notes } = verdict;
  return html`<section class="verdict ${level}" aria-labelledby="verdict">
<h1 id="verdict"><span class="sign" aria-hidden="true">${SIGNS[level]}</span> ${headline}</h1>
${level === "empty" ? html`<p>Load everything once with: <code>pinterest-ads sync</code></p>` : null}
${matters.length > 0 ? html`<ol class="matters">${matters.map(showMatter)}</ol>` : null}
${notes.length > 0 ? html`<div class="notes"><p>Good to know, and can wait:</p><ul>${notes.map(showMatter)}</ul></div>` : null}
</section>`;
}

function showMatter({ kind, summaries, next_step }: Matter): Markup {
  const shown = summaries.slice(0, SUMMARIES_SHOWN);
  const rest = summaries.length - shown.length;
  return html`<li><span class="kind">${speakName(kind)}</span>
${shown.map((summary) => html`<p class="summary">${summary}</p>`)}
${rest > 0 ? html`<p class="summary">and ${rest} more</p>` : null}
${next_step ? html`<p class="next"><strong>What to do:</strong> ${showText(next_step)}</p>` : null}</li>`;
}
