import { html } from "hono/html";
import type { Markup } from "./words.ts";

export type Tone = "well" | "act" | "wait" | "plain";

const RUN_TONES: Readonly<Record<string, Tone>> = {
  succeeded: "well",
  partial: "act",
  failed: "act",
  interrupted: "wait",
};

/** A word that tells a state; its colour only says it once more. */
export function showBadge(word: string, tone: Tone): Markup {
  return html`<span class="badge ${tone}">${word}</span>`;
}

export function showRunStatus(status: string): Markup {
  return showBadge(status, RUN_TONES[status] ?? "plain");
}
