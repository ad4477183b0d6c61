import { ConnectorError } from "../errors.ts";
import { noAccountVisible } from "../pinterest/accounts.ts";
import type { ListResource } from "../resources/define.ts";
import { type Account, readAccounts } from "../warehouse/accounts.ts";
import {
  findVanishedAccounts,
  forgetOtherShutAccounts,
  recordShutAccount,
  VANISHED,
} from "../warehouse/shut-accounts.ts";
import { claimSlices, releaseSlices } from "./claim.ts";
import { failSlice, loadSlice } from "./load-slice.ts";
import { planSlices } from "./plan.ts";
import { planInBooks, type Run } from "./run-state.ts";
import { shutAccount } from "./shut-accounts.ts";

/** The accounts list is short; another run that reads it is done within seconds. */
const ACCOUNTS_PATIENCE_MS = 15_000;

/**
 * Loads the list of ad accounts, from which everything else is planned, and returns those to copy.
 * Its lock is held only meanwhile, so that runs of different resources can go side by side.
 * Throws when the list cannot be read, and when no account is left: a run that copies nothing must not be green.
 */
export async function loadAccounts(run: Run, listing: ListResource): Promise<Account[]> {
  const slices = planSlices([listing], []);
  await claimSlices(run, slices, ACCOUNTS_PATIENCE_MS);
  const [slice] = await planInBooks(run, slices);
  if (slice) await loadSlice(run, slice);
  await releaseSlices(run.locks, slices);
  const [failure] = run.failures;
  if (failure) throw failure.error;
  const visible = await readAccounts(run.warehouse);
  await noteVanished(run);
  const selected = await selectAccounts(run, listing, visible);
  for (const account of selected) run.accounts.set(account.id, account);
  return selected;
}

/**
 * Accounts that were asked for by id and cannot be seen are failures of their own; the others go on. What the schedule
 * asks for is what is configured: there they count as shut until Pinterest lists them again.
 */
async function selectAccounts(
  run: Run,
  listing: ListResource,
  visible: readonly Account[],
): Promise<Account[]> {
  const wanted = run.request.accountIds;
  const selected = visible.filter(({ id }) => !wanted || wanted.includes(id));
  const missing = wanted?.filter((id) => !visible.some((account) => account.id === id)) ?? [];
  const planned = missing.map((id) => ({ resource: listing, adAccountId: id, ownerUserId: undefined }));
  const isConfigured = run.request.trigger === "schedule";
  for (const slice of await planInBooks(run, planned))
    await (isConfigured ? shutAccount : failSlice)(run, slice, notVisible(slice.adAccountId));
  if (isConfigured || !wanted)
    await forgetOtherShutAccounts(run.warehouse, [...selected.map(({ id }) => id), ...missing], {
      keepVanished: !wanted,
    });
  if (selected.length === 0 && missing.length === 0) throw noAccountVisible();
  return selected;
}

/**
 * An account that is no longer listed would be gone without a word: its row is marked deleted and nothing fails. So it
 * counts as shut, until it is listed again. Whatever the run is for: to the next one it would be an old story.
 */
async function noteVanished(run: Run): Promise<void> {
  for (const id of await findVanishedAccounts(run.warehouse, run.id)) {
    await recordShutAccount(run.warehouse, {
      adAccountId: id,
      reason: "Pinterest no longer lists it for the user of this token",
      errorCode: VANISHED,
      runId: run.id,
    });
    run.logger.warn({ run_id: run.id, ad_account_id: id }, "ad account is no longer listed");
  }
}

function notVisible(id: string): ConnectorError {
  return new ConnectorError("account_not_visible", `The token does not see ad account ${id}`, {
    nextStep:
      "Check the id, or give the token's user a role on that ad account in Pinterest's Business Manager.",
  });
}
