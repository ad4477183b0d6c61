import { html } from "hono/html";
import type { StatusRun } from "../../warehouse/status-runs.ts";
import { type Markup, speakName } from "./words.ts";

type Caused = Pick<StatusRun, "trigger" | "schedules">;

/** "sync", or the schedules that made the run due. */
export function describeCause({ trigger, schedules }: Caused): string {
  return schedules.length > 0 ? schedules.map(speakName).join(", ") : trigger;
}

/** The same where it must not be broken into lines. */
export function showCause(run: Caused): Markup {
  return html`<span class="cause">${describeCause(run)}</span>`;
}
