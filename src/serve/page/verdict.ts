import { html } from "hono/html";
import type { StatusDocument } from "../status/document.ts";
import { findSharedStep, type Matter, type Point } from "../status/matters.ts";
import type { Verdict } from "../status/verdict.ts";
import { type Markup, showText, speakName } from "./words.ts";

/** Drawn, for not every font has them: a tick, an exclamation mark, three dots. */
const SIGNS: Readonly<Record<Verdict["level"], string>> = {
  well: "M7 12.5l3.5 3.5L17 9",
  act: "M12 6.5v7M12 17v.2",
  empty: "M7.5 12v.2M12 12v.2M16.5 12v.2",
  incomplete: "M7.5 12v.2M12 12v.2M16.5 12v.2",
};
/** So many subjects tell what kind of thing it is; the list of alerts has them all. */
const POINTS_SHOWN = 3;
/** So much of the cause fits on the first screen of a phone. */
const LINES_SHOWN = 2;

/** The first thing to be read: whether anybody has to do anything, and what. */
export function showVerdict(document: StatusDocument): Markup {
  const { verdict } = document;
  const { level, headline, matters, notes } = verdict;
  return html`<section class="verdict ${level}" aria-labelledby="verdict">
<h1 id="verdict">${showSign(level)} ${headline}</h1>
${level === "empty" || level === "incomplete" ? showWayOut(document) : null}
${matters.length > 0 ? html`<ol class="matters">${matters.map(showMatter)}</ol>` : null}
${notes.length > 0 ? showNotes(notes) : null}
</section>`;
}

/** How that which was never loaded comes to be loaded. */
function showWayOut({ scheduler, runs }: StatusDocument): Markup {
  if (runs.some(({ status }) => status === "running"))
    return html`<p>A run is under way. Nobody has to do anything.</p>`;
  if (!scheduler?.alive) return html`<p>Load everything once with: <code>pinterest-ads sync</code></p>`;
  if (scheduler.waits_for !== null) return html`<p>The schedule waits: ${scheduler.waits_for}</p>`;
  return html`<p>The schedule loads it with its next runs; at once does <code>pinterest-ads sync</code>.</p>`;
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

function showMatter({ kind, points }: Matter): Markup {
  const shared = findSharedStep(points);
  const shown = points.slice(0, POINTS_SHOWN).map((point) => showPoint(point, shared === null));
  const rest = points.length - shown.length;
  return html`<li><span class="kind">${speakName(kind)}</span>
${shared === null && shown.length > 1 ? html`<ul class="points">${shown.map((point) => html`<li>${point}</li>`)}</ul>` : shown}
${rest > 0 ? html`<p>and ${rest} more</p>` : null}
${shared === null ? null : showNextStep(shared)}</li>`;
}

function showPoint({ summary, details, next_step }: Point, withStep: boolean): Markup {
  const lines = details?.split("\n") ?? [];
  const cause = [...lines.slice(0, LINES_SHOWN), ...(lines.length > LINES_SHOWN ? ["…"] : [])].join("\n");
  return html`<p>${summary}</p>
${cause ? html`<p class="cause-lines">${showText(cause)}</p>` : null}
${withStep && next_step !== null ? showNextStep(next_step) : null}`;
}

function showNextStep(nextStep: string): Markup {
  return html`<p><strong>What to do:</strong> ${showText(nextStep)}</p>`;
}
