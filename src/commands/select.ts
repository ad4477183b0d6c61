import { chosenAnalytics, readAnalyticsSettings } from "../analytics-config.ts";
import type { Config } from "../config.ts";
import { ConnectorError } from "../errors.ts";
import { withMetrics } from "../resources/analytics.ts";
import type { Resource } from "../resources/define.ts";
import { resourceNames, resources } from "../resources/index.ts";
import { suggestion } from "../suggest.ts";

const configured = new WeakMap<Config["file"], readonly Resource[]>();

/**
 * Everything that can be copied, with the metrics that the configuration chose as columns: what tables must fit.
 * The same objects at every call with the same configuration, for slices are told apart by their resource.
 */
export function configuredResources({ file }: Pick<Config, "file">): readonly Resource[] {
  const known = configured.get(file);
  if (known) return known;
  const made = withMetrics(resources, readAnalyticsSettings(file).metrics);
  configured.set(file, made);
  return made;
}

/**
 * The resources that were asked for: by flag, else by `resources` of the configuration file, else all lists and the
 * chosen levels of analytics.
 */
export function selectResources(flags: readonly string[] | undefined, config: Config): readonly Resource[] {
  const all = configuredResources(config);
  const names = flags ?? config.file.resources;
  if (names) return names.map((name) => requireResource(name, all));
  const levels = chosenAnalytics(config.file);
  return all.filter(({ kind, name }) => kind === "list" || levels.includes(name));
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

/** The resource of that name, hyphens allowed; throws `usage` with the nearest name when there is none. */
export function requireResource(name: string, among: readonly Resource[]): Resource {
  const wanted = name.replaceAll("-", "_");
  const resource = among.find((candidate) => candidate.name === wanted);
  if (resource) return resource;
  throw new ConnectorError("usage", `There is no resource "${name}"; ${suggestion(name, resourceNames)}`);
}
