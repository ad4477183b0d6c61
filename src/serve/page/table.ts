import { html } from "hono/html";
import type { Markup } from "./words.ts";

export interface Heading {
  readonly title: string;
  /** Numbers stand at the right, so that their digits line up. */
  readonly align?: "right";
}

export type Cell = Markup | string | number | null;

/**
 * A table in a box of its own, which scrolls where the screen is narrower; the first cell of each row is its heading.
 * `caption` says what it shows, to those who hear it.
 */
export function showTable(
  caption: string,
  headings: readonly Heading[],
  rows: readonly (readonly Cell[])[],
): Markup {
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption class="unseen">${caption}</caption>
<thead><tr>${headings.map(({ title, align }) => html`<th scope="col" class="${align ?? "left"}">${title}</th>`)}</tr></thead>
<tbody>${rows.map(
    (cells) =>
      html`<tr>${cells.map((cell, index) =>
        index === 0
          ? html`<th scope="row">${cell}</th>`
          : html`<td class="${headings[index]?.align ?? "left"}">${cell}</td>`,
      )}</tr>
`,
  )}</tbody>
</table></div>`;
}

/** Where only the first of many are shown: says how many are not. */
export function showRest(shown: number, all: number, noun: string): Markup | null {
  if (all <= shown) return null;
  return html`<p class="muted">${all - shown} more ${noun}${all - shown === 1 ? "" : "s"}: see <a href="/status.json">status.json</a>.</p>`;
}
