import ora from "ora";
import { formatCount } from "../counting.ts";
import type { WaitNotice } from "../pinterest/client.ts";
import type { OnSyncEvent } from "../sync/events.ts";
import { isAnalytics, type Slice, scopeId } from "../sync/plan.ts";
import { describeTrialExcess } from "./calls.ts";
import { describePlace } from "./failures.ts";
import { describeTimeLeft, watchPace } from "./pace.ts";

const REFRESH_MS = 250;
/** The spinner, a space, and one place that stays free so that no terminal wraps the line. */
const SPINNER_WIDTH = 3;
/** What may take long to end is a token's renewal, whose answer is worth the wait. */
const STOPPING = "Stopping · what is under way ends first, Ctrl-C again does not wait";

/** One live line for a person who waits. */
export interface Progress {
  readonly onEvent: OnSyncEvent;
  readonly onWait: (wait: WaitNotice) => void;
  stop(): void;
}

/** Shows slices done, rows, rate, time left and waits on stderr until stopped; shows nothing when not `interactive`. */
export function openProgress(interactive: boolean, signal: AbortSignal): Progress {
  const spinner = ora({ isSilent: !interactive, discardStdin: false, text: "Planning" }).start();
  const startedAt = Date.now();
  const pace = watchPace(startedAt);
  const underway = new Set<Slice>();
  const waits = new Map<string, WaitNotice>();
  let planned = 0;
  let done = 0;
  let failed = 0;
  let rows = 0;
  let heldUp: string | undefined;

  function draw(): void {
    const now = Date.now();
    const rate = Math.max(0, Math.round(rows / Math.max(0.001, (now - startedAt) / 1000)));
    const left = pace.guess(planned - done, now);
    const parts = [
      `${formatCount(done)}/${formatCount(planned)} slices`,
      `${formatCount(rows)} rows`,
      `${formatCount(rate)}/s`,
      ...(failed > 0 ? [`${failed} failed`] : []),
      ...(left !== undefined && done < planned ? [describeTimeLeft(left)] : []),
    ];
    const doing = describeWait([...waits.values()], now) ?? describeSlices([...underway]);
    const text = heldUp ? `Waiting: ${heldUp}` : [parts.join(", "), doing].filter(Boolean).join(" · ");
    spinner.text = (signal.aborted ? STOPPING : text).slice(0, process.stderr.columns - SPINNER_WIDTH);
  }

  const timer = setInterval(draw, REFRESH_MS);
  return {
    onEvent(event) {
      heldUp = event.kind === "held_up" ? event.reason : undefined;
      if (event.kind === "planned") planned = event.slices;
      if (event.kind === "estimated") warn(describeTrialExcess(event.calls));
      if (event.kind === "slice_started") underway.add(event.slice);
      if (event.kind === "records") rows += event.count;
      if (event.kind === "slice_finished" || event.kind === "slice_failed") {
        underway.delete(event.slice);
        done += 1;
        pace.note(Date.now());
      }
      if (event.kind === "slice_failed") failed += 1;
    },
    onWait: (wait) => waits.set(wait.category, wait),
    stop() {
      clearInterval(timer);
      spinner.stop();
    },
  };

  /** Leaves a line above the live one. */
  function warn(text: string | undefined): void {
    if (text === undefined) return;
    spinner.warn(text);
    spinner.start("Planning");
  }
}

function describeWait(waits: readonly WaitNotice[], now: number): string | undefined {
  const longest = waits.filter((wait) => wait.until > now).toSorted((a, b) => b.until - a.until)[0];
  if (!longest) return undefined;
  const reason = longest.reason === "rate_limited" ? "rate limited" : "Pinterest failed, trying again";
  return `${reason}, resuming in ${Math.ceil((longest.until - now) / 1000)} s`;
}

function describeSlices(slices: readonly Slice[]): string | undefined {
  const [first] = slices;
  if (!first) return undefined;
  const window = isAnalytics(first) ? first.window : undefined;
  return describePlace(first.resource.name, scopeId(first), window);
}
