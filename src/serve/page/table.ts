import { html } from "hono/html";
import type { Markup } from "./words.ts";

export interface Heading {
  readonly title: string;
  /** Numbers stand at the right, so that their digits line up. */
  readonly align?: "right";
  /** The title is what somebody called something, however long. */
  readonly named?: boolean;
  /** Free text, which may be broken anywhere. */
  readonly text?: boolean;
}

export type Cell = Markup | string | number | null;

/**
 * A table in a box of its own, which scrolls where the screen is narrower; the first cell of each row is its heading.
 * `caption` says what it shows, to those who hear it. One that is `stacked` has on a phone the cells of a row below each
 * other: for few columns with much text.
 */
export function showTable(
  caption: string,
  headings: readonly Heading[],
  rows: readonly (readonly Cell[])[],
  narrow: "scrolled" | "stacked" = "scrolled",
): Markup {
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table class="${narrow}">
<caption class="unseen">${caption}</caption>
<thead><tr>${headings.map(({ title, align, named }) => html`<th scope="col" class="${align ?? "left"}">${named ? html`<span class="name">${title}</span>` : title}</th>`)}</tr></thead>
<tbody>${rows.map(
    (cells) =>
      html`<tr>${cells.map((cell, index) =>
        index === 0
          ? html`<th scope="row">${cell}</th>`
          : html`<td class="${classOf(headings[index])}" data-title="${headings[index]?.title}">${cell}</td>`,
      )}</tr>
`,
  )}</tbody>
</table></div>`;
}

function classOf(heading: Heading | undefined): string {
  return `${heading?.align ?? "left"}${heading?.text ? " text" : ""}`;
}

/** Where only the first of many are shown: says how many are not. */
export function showRest(shown: number, all: number, noun: string): Markup | null {
  if (all <= shown) return null;
  return html`<p class="muted">${all - shown} more ${noun}${all - shown === 1 ? "" : "s"}: see <a href="/status.json">status.json</a>.</p>`;
}
