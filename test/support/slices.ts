import type { Resource } from "../../src/resources/define.ts";
import { resources } from "../../src/resources/index.ts";
import type { World } from "../../src/simulator/world/world.ts";

/** How many slices a run over everything has. */
export function countSlices({ accounts, owners }: World): number {
  const perScope = { token: 1, ad_account: accounts.length, owner: owners.length };
  return resources.reduce((sum, { scope }) => sum + perScope[scope], 0);
}

/** The resources of a scope, in their order. */
export function resourcesOf(scope: Resource["scope"]): readonly Resource[] {
  return resources.filter((resource) => resource.scope === scope);
}

/** How a slice ends whose scope may not be read: what is asked by rows of a parent fails with the parent. */
export function codeWhenDenied({ parent }: Resource): string {
  return parent ? "parent_failed" : "permission_missing";
}
