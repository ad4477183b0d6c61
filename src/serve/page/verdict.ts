import { html } from "hono/html";
import type { StatusDocument } from "../status-document.ts";
import type { Matter } from "../status-matters.ts";
import type { Verdict } from "../status-verdict.ts";
import { type Markup, showText, speakName } from "./words.ts";

/** Drawn, for not every font has them: a tick, an exclamation mark, three dots. */
const SIGNS: Readonly<Record<Verdict["level"], string>> = {
  well: "M7 12.5l3.5 3.5L17 9",
  act: "M12 6.5v7M12 17v.2",
  empty: "M7.5 12v.2M12 12v.2M16.5 12v.2",
};
/** So many subjects tell what kind of thing it is; the list of alerts has them all. */
const SUMMARIES_SHOWN = 3;

/** The first thing to be read: whether anybody has to do anything, and what. */
export function showVerdict({ verdict }: StatusDocument): Markup {
  const { level, headline, matters, notes } = verdict;
  return html`<section class="verdict ${level}" aria-labelledby="verdict">
<h1 id="verdict">${showSign(level)} ${headline}</h1>
${level === "empty" ? html`<p>Load everything once with: <code>pinterest-ads sync</code></p>` : null}
${matters.length > 0 ? html`<ol class="matters">${matters.map(showMatter)}</ol>` : null}
${notes.length > 0 ? showNotes(notes) : null}
</section>`;
}

function showNotes(notes: readonly Matter[]): Markup {
  return html`<div class="notes"><p>Good to know, and can wait:</p><ul>${notes.map(showMatter)}</ul></div>`;
}

/** The same place where not even that can be told. */
export function showTrouble(headline: string, message: string, nextStep: string | undefined): Markup {
  return html`<section class="verdict act" aria-labelledby="verdict">
<h1 id="verdict">${showSign("act")} ${headline}</h1>
<p>${message}</p>
${nextStep ? showNextStep(nextStep) : null}
</section>`;
}

/** Says at a glance what the headline says in words. */
function showSign(level: Verdict["level"]): Markup {
  return html`<svg class="sign" viewBox="0 0 24 24" aria-hidden="true">
<circle cx="12" cy="12" r="12"/><path d="${SIGNS[level]}"/></svg>`;
}

function showMatter({ kind, summaries, next_step }: Matter): Markup {
  const shown = summaries.slice(0, SUMMARIES_SHOWN);
  const rest = summaries.length - shown.length;
  return html`<li><span class="kind">${speakName(kind)}</span>
${shown.map((summary) => html`<p>${summary}</p>`)}
${rest > 0 ? html`<p>and ${rest} more</p>` : null}
${next_step ? showNextStep(next_step) : null}</li>`;
}

function showNextStep(nextStep: string): Markup {
  return html`<p><strong>What to do:</strong> ${showText(nextStep)}</p>`;
}
