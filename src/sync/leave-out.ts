import type { ConnectorError } from "../errors.ts";
import { mayConcernAccount } from "../pinterest/permission.ts";
import { markSlicesSkipped } from "../warehouse/slices.ts";
import { loadSlice } from "./load-slice.ts";
import { chooseActingAccounts, isBarred, type Slice } from "./plan.ts";
import type { PlannedSlice, Run } from "./run-state.ts";
import { doubtAccount } from "./shut-accounts.ts";

/**
 * Loads a slice as `loadSlice` does, unless its ad account is shut or found to be so meanwhile; a refusal that may
 * hold for the whole account is looked into. Catalogs are asked for through another account of their owner, if there
 * is one. Never rejects.
 */
export async function loadUnlessShut(run: Run, slice: PlannedSlice): Promise<boolean> {
  const shut = await findShut(run, slice);
  if (shut) {
    await skipSlices(run, [slice], shut);
    return false;
  }
  const asked = actThroughOpen(run, slice);
  if (await loadSlice(run, asked)) return true;
  const failure = run.failures.findLast((one) => one.slice === asked);
  // Who may not read catalogs may still read ads.
  if (failure && asked.ownerUserId === undefined && asked.adAccountId !== undefined)
    if (mayConcernAccount(failure.error)) await doubtAccount(run, asked.adAccountId);
  return false;
}

/** Why the slice is left out, once doubts about its ad account are settled; undefined when it is not. */
export async function findShut(run: Run, slice: Slice): Promise<ConnectorError | undefined> {
  if (slice.adAccountId === undefined) return undefined;
  await run.doubts.get(slice.adAccountId);
  const { shut } = run;
  if (slice.ownerUserId === undefined) return shut.get(slice.adAccountId);
  const accounts = [...run.accounts.values()].filter(({ ownerUserId }) => ownerUserId === slice.ownerUserId);
  return accounts.every((account) => isBarred(account, shut)) ? shut.get(slice.adAccountId) : undefined;
}

/** Skips the slices whose ad account is shut and gives the others. */
export async function leaveOutShut(run: Run, slices: readonly PlannedSlice[]): Promise<PlannedSlice[]> {
  const open: PlannedSlice[] = [];
  const shut = new Map<ConnectorError, PlannedSlice[]>();
  for (const slice of slices) {
    const reason = await findShut(run, slice);
    if (!reason) open.push(slice);
    else shut.set(reason, [...(shut.get(reason) ?? []), slice]);
  }
  for (const [reason, left] of shut) await skipSlices(run, left, reason);
  return open;
}

/** Without a line each in the log, where one has told that the account is shut. */
async function skipSlices(run: Run, slices: readonly PlannedSlice[], error: ConnectorError): Promise<void> {
  for (const slice of slices) run.failures.push({ slice, error });
  try {
    const ids = slices.map(({ id }) => id);
    await markSlicesSkipped(run.warehouse, ids, error);
  } catch (problem) {
    // The database itself is what failed; the end of the run, or the next run, closes the slices in the books.
    run.logger.warn({ slices: slices.length, err: problem }, "skipped slices not recorded");
  }
  for (const slice of slices) run.onEvent({ kind: "slice_failed", slice, error });
}

function actThroughOpen(run: Run, slice: PlannedSlice): PlannedSlice {
  if (slice.ownerUserId === undefined) return slice;
  const acting = chooseActingAccounts([...run.accounts.values()], run.shut).get(slice.ownerUserId);
  return acting && acting.id !== slice.adAccountId ? { ...slice, adAccountId: acting.id } : slice;
}
