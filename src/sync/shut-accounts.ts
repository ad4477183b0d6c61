import { asConnectorError, ConnectorError } from "../errors.ts";
import { mayConcernAccount } from "../pinterest/permission.ts";
import { probeAccount } from "../pinterest/probe-account.ts";
import { withConnection } from "../warehouse/database.ts";
import { findShutAccounts, type KnownShutAccount, recordShutAccount } from "../warehouse/shut-accounts.ts";
import { markSliceSucceeded, type SliceTally } from "../warehouse/slices.ts";
import { createFairLimit } from "./fair-limit.ts";
import { interruption } from "./interruption.ts";
import { failSlice, noteFailure } from "./load-slice.ts";
import { findListing, type ListSlice } from "./plan.ts";
import { reopen } from "./reopen-account.ts";
import { type Planned, planInBooks, type Run } from "./run-state.ts";
import { emptyTally } from "./slice.ts";

/**
 * Asks once for each ad account that was shut when it was last asked. One that Pinterest still refuses is left out of
 * the run; one that it gives is copied as if nothing had been. Throws when the run has been stopped meanwhile.
 */
export async function probeShutAccounts(run: Run): Promise<void> {
  const known = await findShutAccounts(run.warehouse, [...run.accounts.keys()]);
  const limit = createFairLimit(run.request.concurrency);
  await Promise.all(
    known.map((account) => limit("ads_read", () => probe(run, account.adAccountId, account))),
  );
  if (run.signal.aborted) throw interruption(run.signal);
}

/**
 * Finds out, once in a run, whether a refusal of one request holds for all of the ad account: then no request can be
 * granted, not even for a single campaign. What cannot be found out leaves the account as it is. Never rejects.
 */
export function doubtAccount(run: Run, adAccountId: string): Promise<void> {
  const doubt =
    run.doubts.get(adAccountId) ??
    probe(run, adAccountId).catch((error) =>
      run.logger.warn({ ad_account_id: adAccountId, err: error }, "ad account not probed"),
    );
  run.doubts.set(adAccountId, doubt);
  return doubt;
}

/**
 * Leaves an ad account out of the rest of the run, writes down that and why, and tells it: of all its slices the books
 * show `slice` as the one that failed.
 */
export async function shutAccount(
  run: Run,
  slice: Planned<ListSlice> & { readonly adAccountId: string },
  refusal: ConnectorError,
  tally: SliceTally = emptyTally(),
  wasKnown = false,
): Promise<void> {
  const { adAccountId } = slice;
  const reason = describeRefusal(refusal);
  const known = { adAccountId, reason, errorCode: refusal.code, runId: run.id };
  const since = await recordShutAccount(run.warehouse, known);
  run.shut.set(adAccountId, accountShut({ adAccountId, reason, since }, refusal.nextStep));
  await noteFailure(run, slice, refusal, tally);
  // An alert tells of it for as long as it lasts.
  run.logger[wasKnown ? "info" : "warn"](
    {
      run_id: run.id,
      ad_account_id: adAccountId,
      since: since.toISOString(),
      error_code: refusal.code,
      error: refusal.message,
      next_step: refusal.nextStep,
    },
    "ad account is shut and left out",
  );
}

async function probe(run: Run, adAccountId: string, known?: KnownShutAccount): Promise<void> {
  const planned = { resource: findListing(run.resources), adAccountId, ownerUserId: undefined };
  for (const slice of await planInBooks(run, [planned])) {
    const tally = { ...emptyTally(), attempts: 1 };
    const refusal = await ask(run, adAccountId, tally, known !== undefined);
    if (!refusal) {
      await noteAnswer(run, slice, tally);
      if (known) await reopen(run, known);
    } else if (mayConcernAccount(refusal)) await shutAccount(run, slice, refusal, tally, known !== undefined);
    else {
      // Whether it is shut nobody knows; if it was, the next run asks again.
      await failSlice(run, slice, refusal, tally);
      if (known) run.shut.set(adAccountId, accountShut(known, refusal.nextStep));
    }
  }
}

async function ask(
  run: Run,
  adAccountId: string,
  tally: SliceTally,
  refusedBefore: boolean,
): Promise<ConnectorError | undefined> {
  try {
    await probeAccount(run.pinterest, adAccountId, {
      signal: run.signal,
      refusedBefore,
      onCall() {
        tally.apiCalls += 1;
      },
    });
    return undefined;
  } catch (error) {
    return asConnectorError(error);
  }
}

/** The call counts, but nothing was loaded by it: a run in which nothing else worked has failed. */
async function noteAnswer(run: Run, slice: Planned<ListSlice>, tally: SliceTally): Promise<void> {
  const merged = { inserted: 0, updated: 0, unchanged: 0, deleted: 0 };
  await withConnection(run.warehouse, (client) => markSliceSucceeded(client, slice.id, tally, merged));
  run.onEvent({ kind: "slice_finished", slice, result: { tally, merged, drift: new Map() } });
}

function accountShut(
  { adAccountId, reason, since }: KnownShutAccount,
  nextStep: string | undefined,
): ConnectorError {
  const resumes = "Every run asks once more, and loads what was missed as soon as Pinterest answers.";
  return new ConnectorError(
    "account_shut",
    `Ad account ${adAccountId} is shut since ${since.toISOString()}: ${reason}`,
    {
      nextStep: [nextStep, resumes].filter(Boolean).join(" "),
      details: { shut_ad_account_id: adAccountId, since: since.toISOString() },
    },
  );
}

/** What Pinterest said, without address and request id, which differ every time. */
function describeRefusal({ message, details }: ConnectorError): string {
  const { status, pinterest_code: code, pinterest_message: said } = details;
  if (typeof said !== "string") return message;
  return `Pinterest answered ${status}${code === undefined ? "" : `, code ${code}`}: ${said}`;
}
