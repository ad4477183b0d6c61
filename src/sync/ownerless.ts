import { ConnectorError } from "../errors.ts";
import type { ListResource, Resource } from "../resources/define.ts";
import { failSlice } from "./load-slice.ts";
import { accountsWithoutOwner, type PlannedAccount } from "./plan.ts";
import { planInBooks, type Run } from "./run-state.ts";

/**
 * Fails the catalog data of accounts whose owner is not known: it is keyed by its owner, so that it
 * cannot be loaded, and saying nothing would hide that.
 */
export async function failOwnerless(
  run: Run,
  wanted: readonly Resource[],
  accounts: readonly PlannedAccount[],
): Promise<void> {
  const resource = wanted.find((one): one is ListResource => one.kind === "list" && one.scope === "owner");
  if (!resource) return;
  const slices = accountsWithoutOwner(accounts).map(({ id }) => ({
    resource,
    adAccountId: id,
    ownerUserId: undefined,
  }));
  for (const slice of await planInBooks(run, slices))
    await failSlice(run, slice, ownerMissing(slice.adAccountId));
}

function ownerMissing(id: string | undefined): ConnectorError {
  return new ConnectorError("pinterest_error", `Ad account ${id} came without an owner`, {
    nextStep:
      "Its catalogs cannot be loaded; the token's role on the account may be too low to see the owner.",
  });
}
