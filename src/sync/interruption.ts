import { setTimeout as sleep } from "node:timers/promises";
import { ConnectorError } from "../errors.ts";

/** The reason a run was stopped, as the slices it stopped report it. */
export function interruption(signal: AbortSignal): ConnectorError {
  if (signal.reason instanceof ConnectorError) return signal.reason;
  return new ConnectorError("interrupted", "The run was interrupted", {
    nextStep: "What was loaded stays; the next run loads the rest.",
    cause: signal.reason,
  });
}

/** Waits; throws why the run was stopped when that comes first. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    throw signal.aborted ? interruption(signal) : error;
  }
}
