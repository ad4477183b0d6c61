import type { Config } from "../config.ts";
import { ConnectorError } from "../errors.ts";
import type { Resource } from "../resources/define.ts";
import { findResource, resourceNames, resources } from "../resources/index.ts";
import { suggestion } from "../suggest.ts";

/** The resources that were asked for: by flag, else by the configuration file, else all. */
export function selectResources(flags: readonly string[] | undefined, config: Config): readonly Resource[] {
  const names = flags ?? config.file.resources;
  return names ? names.map(requireResource) : resources;
}

/** The ad accounts that were asked for: by flag, else by environment, else by file, else all (undefined). */
export function selectAccounts(
  flags: readonly string[] | undefined,
  config: Config,
): readonly string[] | undefined {
  const wrong = flags?.find((id) => !/^\d+$/.test(id));
  if (wrong !== undefined)
    throw new ConnectorError("usage", `--account: "${wrong}" is not an ad account id`, {
      nextStep: "Ids are digits only.",
    });
  return flags ?? config.adAccountIds ?? config.file.accounts;
}

export function requireResource(name: string): Resource {
  const resource = findResource(name.replaceAll("-", "_"));
  if (resource) return resource;
  throw new ConnectorError("usage", `There is no resource "${name}"; ${suggestion(name, resourceNames)}`);
}
