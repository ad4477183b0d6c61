import type { ListResource, Resource, SliceScope } from "../resources/define.ts";
import type { AnalyticsSlice } from "./plan-analytics.ts";

/** A list of one ad account, of one owner, or of the token. */
export interface ListSlice {
  readonly resource: ListResource;
  /** Ad account that is asked; for catalog data the one acted through. */
  readonly adAccountId: string | undefined;
  readonly ownerUserId: string | undefined;
  /** Only these entities, asked by id; undefined: all there are. */
  readonly ids?: readonly string[];
}

/** Ad accounts that cannot be read at present. */
export type ShutIds = Pick<ReadonlySet<string>, "has">;

/** The smallest unit of work: a list, or a window of metrics. */
export type Slice = ListSlice | AnalyticsSlice;

export function isAnalytics<S extends Slice>(slice: S): slice is S & AnalyticsSlice {
  return slice.resource.kind === "analytics";
}

/** What planning knows of an ad account. */
export interface PlannedAccount {
  readonly id: string;
  readonly ownerUserId: string | null;
  readonly permissions: readonly string[];
}

/** Roles with which catalogs can be read, best first (§ roles of the API: owner, admin, catalogs manager). */
const CATALOG_ROLES = ["OWNER", "ADMIN", "CATALOGS_MANAGER"];
/** Roles with which ads can be read. */
const ADS_ROLES = ["OWNER", "ADMIN", "ANALYST", "CAMPAIGN_MANAGER"];

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
    for (const parent of parentNames(resource)) visit(parent);
  };
  for (const resource of selected) visit(resource.name);
  return all.filter((resource) => needed.has(resource.name));
}

/** The resource that lists the ad accounts, from which everything else is planned. */
export function findListing(resources: readonly Resource[]): ListResource {
  const listing = resources.find(({ scope }) => scope === "token");
  if (listing?.kind !== "list") throw new Error("no resource lists the ad accounts");
  return listing;
}

/**
 * The lists of a run, parents before children. Catalog resources are planned once per distinct owner,
 * through the account where the token's role allows most, of those that are not `shut` if there are any.
 * Pure: the same input gives the same plan.
 */
export function planSlices(
  resources: readonly Resource[],
  accounts: readonly PlannedAccount[],
  shut: ShutIds = new Set(),
): ListSlice[] {
  const byOwner = chooseActingAccounts(accounts, shut);
  const plans: Record<SliceScope, (resource: ListResource) => ListSlice[]> = {
    token: (resource) => [{ resource, adAccountId: undefined, ownerUserId: undefined }],
    ad_account: (resource) =>
      accounts.map(({ id }) => ({ resource, adAccountId: id, ownerUserId: undefined })),
    owner: (resource) =>
      [...byOwner].map(([ownerUserId, { id }]) => ({ resource, adAccountId: id, ownerUserId })),
  };
  return resources
    .filter((resource) => resource.kind === "list")
    .flatMap((resource) => plans[resource.scope](resource));
}

/** Accounts of which no owner is known: their catalog data cannot be planned. */
export function accountsWithoutOwner(accounts: readonly PlannedAccount[]): PlannedAccount[] {
  return accounts.filter((account) => account.ownerUserId === null);
}

/** Account or owner that the slice is about; undefined when the resource is asked once for all. */
export function scopeId(slice: Slice): string | undefined {
  return slice.ownerUserId ?? slice.adAccountId;
}

/** Names of the resources that the resource needs in the same scope: parents that are walked, entities that are measured. */
export function parentNames(resource: Resource): string[] {
  if (resource.kind === "analytics") return resource.entity?.resource ? [resource.entity.resource] : [];
  const { parent } = resource;
  if (!parent) return [];
  return parent.only ? [parent.resource, parent.only.resource] : [parent.resource];
}

/**
 * True when catalogs cannot be read through the account: it is shut, and for another reason than a role that is for
 * catalogs alone.
 */
export function isBarred({ id, permissions }: PlannedAccount, shut: ShutIds): boolean {
  const isForCatalogs =
    permissions.some((role) => CATALOG_ROLES.includes(role)) &&
    !permissions.some((role) => ADS_ROLES.includes(role));
  return shut.has(id) && !isForCatalogs;
}

/** By owner the account to act through: one that is not barred if there is any, then by role; the first of equals. */
export function chooseActingAccounts<A extends PlannedAccount>(
  accounts: readonly A[],
  shut: ShutIds,
): Map<string, A> {
  const rank = (account: A) => (isBarred(account, shut) ? CATALOG_ROLES.length + 1 : 0) + roleRank(account);
  const chosen = new Map<string, A>();
  for (const account of accounts) {
    if (account.ownerUserId === null) continue;
    const current = chosen.get(account.ownerUserId);
    if (!current || rank(account) < rank(current)) chosen.set(account.ownerUserId, account);
  }
  return chosen;
}

function roleRank({ permissions }: PlannedAccount): number {
  const rank = CATALOG_ROLES.findIndex((role) => permissions.includes(role));
  return rank === -1 ? CATALOG_ROLES.length : rank;
}
