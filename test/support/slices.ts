import type { ListResource, SliceScope } from "../../src/resources/define.ts";
import { listResources } from "../../src/resources/index.ts";
import type { World } from "../../src/simulator/world/world.ts";

/** How many slices a run over all lists has. */
export function countSlices({ accounts, owners }: World): number {
  const perScope = { token: 1, ad_account: accounts.length, owner: owners.length };
  return listResources.reduce((sum, { scope }) => sum + perScope[scope], 0);
}

/** The lists of a scope, in their order. */
export function resourcesOf(scope: SliceScope): readonly ListResource[] {
  return listResources.filter((resource) => resource.scope === scope);
}

/** How a slice ends whose scope may not be read: what is asked by rows of a parent fails with the parent. */
export function codeWhenDenied({ parent }: ListResource): string {
  return parent ? "parent_failed" : "permission_missing";
}
