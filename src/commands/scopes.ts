import { SCOPES } from "../pinterest/tokens.ts";
import type { Resource } from "../resources/define.ts";

/** Those that the connector asks for and the token does not have; none when Pinterest did not name what it granted. */
export function findMissingScopes(granted: readonly string[] | undefined): string[] {
  return granted ? SCOPES.filter((scope) => !granted.includes(scope)) : [];
}

/** A sentence for each missing scope: what cannot be loaded without it. */
export function describeMissingScopes(missing: readonly string[], resources: readonly Resource[]): string[] {
  return missing.map((scope) => {
    const needing = resources.filter(({ oauthScopes }) => oauthScopes.some((needed) => needed === scope));
    return `${scope}: ${describeLoss(needing)}`;
  });
}

function describeLoss(needing: readonly Resource[]): string {
  if (needing.length === 0) return "nothing that is loaded needs it";
  // The list of ad accounts comes before everything else.
  if (needing.some(({ scope }) => scope === "token")) return "without it nothing can be loaded";
  return `without it these cannot be loaded: ${needing.map(({ name }) => name).join(", ")}`;
}
