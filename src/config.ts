import { existsSync, readFileSync } from "node:fs";
import { config as readDotenv } from "dotenv";
import { type ConfigFile, readConfigFile } from "./config-file.ts";
import { type Environment, parseEnvironment } from "./environment.ts";
import { ConnectorError } from "./errors.ts";

/** Everything a command may need to know, checked. */
export interface Config extends Environment {
  readonly file: ConfigFile;
}

const DEFAULT_CONFIG_FILE = "config/connector.yaml";
const ENV_FILE = ".env";

/**
 * Reads `.env`, the environment (which beats it) and the configuration file.
 * Throws one `configuration` error that names every problem found, each with its place and its fix.
 */
export function loadConfig(): Config {
  const { config, problems } = readConfig();
  if (problems.length > 0) throw configurationError(problems);
  return config;
}

/** The same for a command that reports problems beside others of its own; what is wrong has its default. */
export function readConfig(): { config: Config; problems: readonly string[] } {
  const fromFile: Record<string, string> = {};
  if (existsSync(ENV_FILE)) readDotenv({ path: ENV_FILE, processEnv: fromFile, quiet: true });
  const problems: string[] = [];
  // A variable that is set to nothing, as compose files do, says nothing.
  const given = Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ""));
  const environment = parseEnvironment({ ...fromFile, ...given }, new Set(Object.keys(fromFile)), problems);
  const file = loadFile(environment.configFile, problems);
  return { config: { ...environment, file }, problems };
}

/** True where nobody watches: in CI the live display is replaced by log lines, even on a terminal. */
export function runsInCi(): boolean {
  return Boolean(process.env["CI"]);
}

/** True when npm or npx started this process, and stands between it and whoever started npm. */
export function startedByNpm(): boolean {
  return process.env["npm_command"] !== undefined;
}

export function configurationError(problems: readonly string[]): ConnectorError {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const list = problems.map((problem) => `\n  - ${problem}`).join("");
  return new ConnectorError("configuration", `${count} in the configuration:${list}`, {
    details: { problems },
  });
}

function loadFile(path: string | undefined, problems: string[]): ConfigFile {
  const name = path ?? DEFAULT_CONFIG_FILE;
  if (existsSync(name)) return readConfigFile(name, readFileSync(name, "utf8"), problems);
  if (path !== undefined) problems.push(`CONNECTOR_CONFIG: there is no file ${path}; correct the path`);
  return readConfigFile(name, "", problems);
}
