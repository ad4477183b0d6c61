import type { Resource, SliceScope } from "../resources/define.ts";

/** The smallest unit of work: a resource of one ad account, of one owner, or of the token. */
export interface Slice {
  readonly resource: Resource;
  /** Ad account that is asked; for catalog data the one acted through. */
  readonly adAccountId: string | undefined;
  readonly ownerUserId: string | undefined;
}

/** What planning knows of an ad account. */
export interface PlannedAccount {
  readonly id: string;
  readonly ownerUserId: string | null;
  readonly permissions: readonly string[];
}

/** Roles with which catalogs can be read, best first (§ roles of the API: owner, admin, catalogs manager). */
const CATALOG_ROLES = ["OWNER", "ADMIN", "CATALOGS_MANAGER"];

/**
 * The selected resources and those that they need, in the order of `all` (parents first).
 * A child without its parent's rows would load nothing and look well, so parents come along.
 */
export function withParents(selected: readonly Resource[], all: readonly Resource[]): Resource[] {
  const needed = new Set<string>();
  const visit = (name: string) => {
    const resource = all.find((candidate) => candidate.name === name);
    if (!resource || needed.has(name)) return;
    needed.add(name);
    if (resource.parent) visit(resource.parent.resource);
    if (resource.parent?.only) visit(resource.parent.only.resource);
  };
  for (const resource of selected) visit(resource.name);
  return all.filter((resource) => needed.has(resource.name));
}

/**
 * Slices of a run, parents before children. Catalog resources are planned once per distinct owner,
 * through the account where the token's role allows most. Pure: the same input gives the same plan.
 */
export function planSlices(resources: readonly Resource[], accounts: readonly PlannedAccount[]): Slice[] {
  const byOwner = chooseActingAccounts(accounts);
  const plans: Record<SliceScope, (resource: Resource) => Slice[]> = {
    token: (resource) => [{ resource, adAccountId: undefined, ownerUserId: undefined }],
    ad_account: (resource) =>
      accounts.map(({ id }) => ({ resource, adAccountId: id, ownerUserId: undefined })),
    owner: (resource) =>
      [...byOwner].map(([ownerUserId, { id }]) => ({ resource, adAccountId: id, ownerUserId })),
  };
  return resources.flatMap((resource) => plans[resource.scope](resource));
}

/** Accounts of which no owner is known: their catalog data cannot be planned. */
export function accountsWithoutOwner(accounts: readonly PlannedAccount[]): PlannedAccount[] {
  return accounts.filter((account) => account.ownerUserId === null);
}

/** Account or owner that the slice is about; undefined when the resource is asked once for all. */
export function scopeId(slice: Slice): string | undefined {
  return slice.ownerUserId ?? slice.adAccountId;
}

/** Names of the resources whose slice of the same scope must be loaded before. */
export function parentNames({ parent }: Resource): string[] {
  if (!parent) return [];
  return parent.only ? [parent.resource, parent.only.resource] : [parent.resource];
}

function chooseActingAccounts(accounts: readonly PlannedAccount[]): Map<string, PlannedAccount> {
  const chosen = new Map<string, PlannedAccount>();
  for (const account of accounts) {
    if (account.ownerUserId === null) continue;
    const current = chosen.get(account.ownerUserId);
    if (!current || roleRank(account) < roleRank(current)) chosen.set(account.ownerUserId, account);
  }
  return chosen;
}

function roleRank({ permissions }: PlannedAccount): number {
  const rank = CATALOG_ROLES.findIndex((role) => permissions.includes(role));
  return rank === -1 ? CATALOG_ROLES.length : rank;
}
