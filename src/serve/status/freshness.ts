import type { Resource, SliceScope } from "../../resources/define.ts";
import type { FreshnessRow } from "../../warehouse/freshness.ts";
import type { LoadedRow } from "../../warehouse/status.ts";
import type { AccountName } from "../../warehouse/status-accounts.ts";
import type { Day } from "../../window.ts";

/** How fresh a resource of an ad account, of an owner of catalogs or, asked for once, of all of them is. */
export interface FreshnessStatus {
  readonly resource: string;
  /** What `scope_id` is the id of; `token`: it is *. Null for a resource that is not configured. */
  readonly scope: SliceScope | null;
  readonly scope_id: string;
  /** What the ad account or the owner is called; null when nobody knows. */
  readonly scope_name: string | null;
  /** When any slice of it was last loaded, if only of old days; null: never. */
  readonly loaded_at: Date | null;
  /** When what Pinterest then had was last loaded; null: never. See `readFreshness`. */
  readonly fresh_at: Date | null;
  /** Since `fresh_at`. */
  readonly age_seconds: number | null;
  readonly loaded_through: Day | null;
  /** `stale`: older than it may become. `not_wanted`: no longer configured, or of an account that is gone or shut. */
  readonly state: "fresh" | "stale" | "never_loaded" | "not_wanted";
}

/** Numbers in names and ids count as such: 10 comes after 2. */
const NATURAL = new Intl.Collator("en", { numeric: true });

/** Every place that is to be copied and every one that ever was, resources in their order, then by id. */
export function listFreshness(
  wanted: readonly FreshnessRow[],
  loaded: readonly LoadedRow[],
  resources: readonly Resource[],
  accounts: readonly AccountName[],
  maxStalenessMs: number,
): FreshnessStatus[] {
  const describe = describeScopes(resources, accounts);
  const loadedAt = new Map(loaded.map((row) => [keyOf(row), row.loaded_at]));
  const isWanted = new Set(wanted.map(keyOf));
  const ranks = new Map(resources.map(({ name }, index) => [name, index]));
  const rankOf = (row: FreshnessStatus) => ranks.get(row.resource) ?? resources.length;
  const rows: FreshnessStatus[] = wanted.map(({ resource, scope_id, ...row }) => ({
    resource,
    ...describe(resource, scope_id),
    loaded_at: loadedAt.get(keyOf({ resource, scope_id })) ?? null,
    fresh_at: row.fresh_at,
    age_seconds: row.age_seconds,
    loaded_through: row.loaded_through,
    state: judge(row.age_seconds, maxStalenessMs),
  }));
  const others = loaded
    .filter((row) => !isWanted.has(keyOf(row)))
    .map(({ resource, scope_id, loaded_at, loaded_through }) => ({
      resource,
      ...describe(resource, scope_id),
      loaded_at,
      fresh_at: null,
      age_seconds: null,
      loaded_through,
      state: "not_wanted" as const,
    }));
  return [...rows, ...others].toSorted(
    (a, b) =>
      rankOf(a) - rankOf(b) ||
      NATURAL.compare(a.resource, b.resource) ||
      NATURAL.compare(a.scope_id, b.scope_id),
  );
}

function judge(ageSeconds: number | null, maxStalenessMs: number): FreshnessStatus["state"] {
  if (ageSeconds === null) return "never_loaded";
  return ageSeconds * 1000 > maxStalenessMs ? "stale" : "fresh";
}

function keyOf({ resource, scope_id }: Pick<FreshnessRow, "resource" | "scope_id">): string {
  return `${resource} ${scope_id}`;
}

/** Ids of owners and of ad accounts look alike: whose it is follows from the resource. */
function describeScopes(resources: readonly Resource[], accounts: readonly AccountName[]) {
  const scopes = new Map(resources.map(({ name, scope }) => [name, scope]));
  const accountNames = new Map(accounts.map(({ ad_account_id, name }) => [ad_account_id, name]));
  const ownerNames = new Map(accounts.map((account) => [account.owner_user_id, account.owner_username]));
  return (resource: string, scope_id: string) => {
    const scope = scopes.get(resource) ?? null;
    const names = scope === "owner" ? ownerNames : accountNames;
    return { scope, scope_id, scope_name: names.get(scope_id) ?? null };
  };
}
