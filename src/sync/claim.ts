import { ConnectorError } from "../errors.ts";
import { type RunLocks, sliceLock } from "../warehouse/locks.ts";
import { findRunHolding } from "../warehouse/runs.ts";
import { pause } from "./interruption.ts";
import { type Slice, scopeId } from "./plan.ts";
import type { Run } from "./run-state.ts";

/** A killed run's connection may need a moment to be noticed; a living one keeps its locks longer. */
export const CLAIM_PATIENCE_MS = 5000;
const POLL_MS = 100;

/**
 * Takes the locks of these slices for this run, all of them or none.
 * Throws `already_running`, saying what runs and since when, if another run keeps one for longer than
 * `patienceMs`.
 */
export async function claimSlices(run: Run, slices: readonly Slice[], patienceMs: number): Promise<void> {
  const { locks, signal } = run;
  const deadline = Date.now() + patienceMs;
  const claimed: string[] = [];
  let told = false;
  for (const slice of slices) {
    const name = lockName(slice);
    while (!(await locks.tryAcquire(name))) {
      if (Date.now() >= deadline) {
        for (const other of claimed) await locks.release(other);
        throw await describeHolder(run, slice);
      }
      if (!told) await tellHolder(run, slice);
      told = true;
      await pause(POLL_MS, signal);
    }
    claimed.push(name);
  }
}

async function tellHolder(run: Run, slice: Slice): Promise<void> {
  const { message } = await describeHolder(run, slice);
  run.logger.info({ run_id: run.id, reason: message }, "waiting for another run");
  run.onEvent({ kind: "held_up", reason: message });
}

export async function releaseSlices(locks: RunLocks, slices: readonly Slice[]): Promise<void> {
  for (const slice of slices) await locks.release(lockName(slice));
}

function lockName(slice: Slice): string {
  return sliceLock(slice.resource.name, scopeId(slice) ?? "*");
}

/** The error of a slice that another run is at: what runs, since when and where. */
export async function describeHolder(run: Run, slice: Slice): Promise<ConnectorError> {
  const scope = scopeId(slice) ?? "*";
  const holder = await findRunHolding(run.warehouse, slice.resource.name, scope, run.id);
  const what = `${slice.resource.name}${scope === "*" ? "" : ` of ${scope}`}`;
  const who = holder
    ? `a ${holder.trigger} (run ${holder.id}, process ${holder.pid} on ${holder.host}) that runs since ${holder.started_at.toISOString()}`
    : "another process";
  return new ConnectorError("already_running", `${what} is being loaded by ${who}`, {
    nextStep: "Wait until it ends, or stop it, and run again; what this run has not loaded is loaded then.",
    details: holder
      ? { run_id: holder.id, started_at: holder.started_at.toISOString(), pid: holder.pid }
      : {},
  });
}
