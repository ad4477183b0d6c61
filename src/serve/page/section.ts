import { html } from "hono/html";
import type { Markup } from "./words.ts";

/** What is left out when there is nothing to show. */
export type Part = Markup | string | null | readonly Part[];

/** A part of the page that is found by its heading; `id` is that of the heading. */
export function showSection(id: string, title: string, ...parts: readonly Part[]): Markup {
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
${parts}
</section>`;
}

/** Smaller print: what is meant, and what to do about it. */
export function showNote(text: Part): Markup {
  return html`<p class="muted">${text}</p>`;
}
