import { Buffer } from "node:buffer";
import { distance } from "fastest-levenshtein";
import { nearest, suggestion } from "./suggest.ts";
import { addTlsVariables, readAddress } from "./warehouse/tls.ts";

/** What comes from environment variables. Absent ones are undefined; presence is checked per command. */
export interface Environment {
  readonly appId: string | undefined;
  readonly appSecret: string | undefined;
  readonly refreshToken: string | undefined;
  readonly accessToken: string | undefined;
  readonly adAccountIds: readonly string[] | undefined;
  readonly apiUrl: string;
  readonly databaseUrl: string | undefined;
  readonly schema: string;
  readonly encryptionKey: Buffer | undefined;
  readonly configFile: string | undefined;
  readonly logLevel: string;
  readonly logFormat: "json" | "text" | undefined;
  /** Where `schedule` answers over HTTP. */
  readonly port: number;
  /** Who may see the status page; undefined: nobody is asked. */
  readonly statusLogin: { readonly user: string; readonly password: string } | undefined;
  /** The status page may be seen from elsewhere without a password. */
  readonly statusPublic: boolean;
  readonly migrateOnStart: boolean;
  /** Beats the configuration file, for whoever knows the URL may write there. */
  readonly webhookUrl: string | undefined;
}

/** Every variable that is read. */
export const VARIABLES = [
  "PINTEREST_APP_ID",
  "PINTEREST_APP_SECRET",
  "PINTEREST_REFRESH_TOKEN",
  "PINTEREST_ACCESS_TOKEN",
  "PINTEREST_AD_ACCOUNT_IDS",
  "PINTEREST_API_URL",
  "DATABASE_URL",
  "WAREHOUSE_SCHEMA",
  "TOKEN_ENCRYPTION_KEY",
  "CONNECTOR_CONFIG",
  "LOG_LEVEL",
  "LOG_FORMAT",
  "PORT",
  "STATUS_USER",
  "STATUS_PASSWORD",
  "STATUS_PUBLIC",
  "MIGRATE_ON_START",
  "ALERTS_WEBHOOK_URL",
] as const;

type Variable = (typeof VARIABLES)[number];

/** What deploy/kubernetes has in place of secrets: as a password everybody would know it. */
const PLACEHOLDER = "REPLACE-ME";

/** What docker-compose.yml reads out of the same `.env`, and would otherwise look like misspelt ones of ours. */
const COMPOSE_VARIABLES: ReadonlySet<string> = new Set(["POSTGRES_PASSWORD", "ANALYST_PASSWORD"]);

const DEFAULT_API_URL = "https://api.pinterest.com/v5";
const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];
const KEY_BYTES = 32;
const DEFAULT_PORT = 8080;
const PORT_MAX = 65_535;
const IDENTIFIER_BYTES_MAX = 63;

/** Checks the variables; every problem is added to `problems` with its variable and its fix. */
export function parseEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
  inEnvFile: ReadonlySet<string>,
  problems: string[],
): Environment {
  reportTypos(variables, inEnvFile, problems);
  const placeholders = VARIABLES.filter((name) => variables[name]?.includes(PLACEHOLDER));
  for (const name of placeholders)
    problems.push(`${name} is still the placeholder of the example; put the value in or remove the line`);
  const read = (name: Variable) => variables[name]?.trim() || undefined;
  // Whatever else is wrong with a placeholder goes without saying.
  const problemsOf = (name: Variable) => (placeholders.includes(name) ? [] : problems);
  return {
    appId: read("PINTEREST_APP_ID"),
    appSecret: read("PINTEREST_APP_SECRET"),
    refreshToken: read("PINTEREST_REFRESH_TOKEN"),
    accessToken: read("PINTEREST_ACCESS_TOKEN"),
    adAccountIds: parseAccountIds(read("PINTEREST_AD_ACCOUNT_IDS"), problemsOf("PINTEREST_AD_ACCOUNT_IDS")),
    apiUrl: parseApiUrl(read("PINTEREST_API_URL"), problemsOf("PINTEREST_API_URL")),
    databaseUrl: parseDatabaseUrl(read("DATABASE_URL"), variables, problemsOf("DATABASE_URL")),
    schema: parseSchema(read("WAREHOUSE_SCHEMA"), problems),
    encryptionKey: parseEncryptionKey(read("TOKEN_ENCRYPTION_KEY"), problemsOf("TOKEN_ENCRYPTION_KEY")),
    configFile: read("CONNECTOR_CONFIG"),
    logLevel: parseChoice("LOG_LEVEL", read("LOG_LEVEL"), LOG_LEVELS, problemsOf("LOG_LEVEL")) ?? "info",
    logFormat: parseChoice(
      "LOG_FORMAT",
      read("LOG_FORMAT"),
      ["json", "text"] as const,
      problemsOf("LOG_FORMAT"),
    ),
    port: parsePort(read("PORT"), problemsOf("PORT")),
    statusLogin: parseLogin(read("STATUS_USER"), variables["STATUS_PASSWORD"] || undefined, problems),
    statusPublic: parseSwitch("STATUS_PUBLIC", read("STATUS_PUBLIC"), problemsOf("STATUS_PUBLIC")),
    migrateOnStart: parseSwitch("MIGRATE_ON_START", read("MIGRATE_ON_START"), problemsOf("MIGRATE_ON_START")),
    webhookUrl: parseWebhookUrl(read("ALERTS_WEBHOOK_URL"), problemsOf("ALERTS_WEBHOOK_URL")),
  };
}

/** Names that other programs use too: what resembles them, and they themselves, may be meant for anybody. */
const COMMON_VARIABLES: ReadonlySet<string> = new Set(["DATABASE_URL", "LOG_LEVEL", "LOG_FORMAT", "PORT"]);
/** Nobody else's names begin like these, so more of them may be wrong. */
const EDITS_MAX_PINTEREST = 3;

/**
 * A misspelt variable is silently a default. `.env` is ours, and whatever looks like one of ours there is told; the
 * environment is everybody's, and only what can hardly be meant for another program is.
 */
function reportTypos(
  variables: Readonly<Record<string, string | undefined>>,
  inEnvFile: ReadonlySet<string>,
  problems: string[],
): void {
  const ours = VARIABLES.filter((known) => known.startsWith("PINTEREST_"));
  for (const name of Object.keys(variables)) {
    if (VARIABLES.some((known) => known === name) || COMPOSE_VARIABLES.has(name)) continue;
    const meant = name.startsWith("PINTEREST_") ? ours : VARIABLES;
    const suspicious = inEnvFile.has(name)
      ? meant === ours || nearest(name, VARIABLES)
      : (meant === ours && nearest(name, ours)) || looksMistyped(name, variables);
    if (suspicious) problems.push(`${name} is not a variable of this connector; ${suggestion(name, meant)}`);
  }
}

/** One that is set under its right name as well is not missed: then the other belongs to somebody else. */
function looksMistyped(name: string, variables: Readonly<Record<string, string | undefined>>): boolean {
  return VARIABLES.some(
    (known) =>
      !COMMON_VARIABLES.has(known) &&
      variables[known] === undefined &&
      (isOneSlip(name.toUpperCase(), known) ||
        (known.startsWith("PINTEREST_") && distance(name.toUpperCase(), known) <= EDITS_MAX_PINTEREST)),
  );
}

/** A character too many, too few or another, or two neighbours swapped: two edits are already other words. */
function isOneSlip(name: string, known: string): boolean {
  if (distance(name, known) <= 1) return true;
  const at = [...known].findIndex((character, index) => character !== name[index]);
  return name === `${known.slice(0, at)}${known[at + 1]}${known[at]}${known.slice(at + 2)}`;
}

function parseAccountIds(value: string | undefined, problems: string[]): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const ids = value
    .split(",")
    .map((id) => id.trim())
    .filter((id) => id !== "");
  for (const id of ids)
    if (!/^\d+$/.test(id))
      problems.push(
        `PINTEREST_AD_ACCOUNT_IDS: "${id}" is not an ad account id; ids are digits, comma-separated`,
      );
  if (ids.length === 0) problems.push("PINTEREST_AD_ACCOUNT_IDS: names no account; leave it out for all");
  return [...new Set(ids)];
}

function parseApiUrl(value: string | undefined, problems: string[]): string {
  if (value === undefined) return DEFAULT_API_URL;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    problems.push(`PINTEREST_API_URL: not an http(s) URL; leave it out for ${DEFAULT_API_URL}`);
  return value.replace(/\/+$/, "");
}

function parseDatabaseUrl(
  value: string | undefined,
  variables: Readonly<Record<string, string | undefined>>,
  problems: string[],
): string | undefined {
  if (value === undefined) return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  // The value is not repeated: it holds a password.
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) {
    problems.push(
      "DATABASE_URL: not a Postgres URL; it looks like postgres://user:password@host:5432/database, special characters in the password percent-encoded",
    );
    return value;
  }
  const complete = addTlsVariables(value, variables);
  readAddress(complete, problems);
  return complete;
}

function parseSchema(value: string | undefined, problems: string[]): string {
  if (value === undefined) return "public";
  if (Buffer.byteLength(value) > IDENTIFIER_BYTES_MAX || value.startsWith("pg_") || /[\0"]/.test(value))
    problems.push(
      `WAREHOUSE_SCHEMA: "${value}" cannot be a schema; use at most 63 bytes without quotes, not starting with pg_`,
    );
  return value;
}

function parseEncryptionKey(value: string | undefined, problems: string[]): Buffer | undefined {
  if (value === undefined) return undefined;
  const key = Buffer.from(value, "base64");
  if (key.length !== KEY_BYTES || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(value))
    problems.push("TOKEN_ENCRYPTION_KEY: not 32 bytes in base64; make one with: openssl rand -base64 32");
  return key;
}

function parseChoice<T extends string>(
  name: string,
  value: string | undefined,
  choices: readonly T[],
  problems: string[],
): T | undefined {
  const choice = choices.find((candidate) => candidate === value?.toLowerCase());
  if (value !== undefined && choice === undefined)
    problems.push(`${name}: "${value}" is not known; ${suggestion(value, choices)}`);
  return choice;
}

function parsePort(value: string | undefined, problems: string[]): number {
  const port = Number(value ?? DEFAULT_PORT);
  if (!Number.isInteger(port) || port < 0 || port > PORT_MAX)
    problems.push(`PORT: "${value}" is not a port; write a number from 1 to ${PORT_MAX}, or 0 for any`);
  return port;
}

function parseLogin(user: string | undefined, password: string | undefined, problems: string[]) {
  if (user !== undefined && password !== undefined) {
    // Basic authentication ends the user's name at the first colon.
    if (user.includes(":")) problems.push("STATUS_USER: holds a colon, which a user name cannot");
    return { user, password };
  }
  if (user !== undefined) problems.push("STATUS_PASSWORD is not set; it belongs to STATUS_USER");
  if (password !== undefined) problems.push("STATUS_USER is not set; it belongs to STATUS_PASSWORD");
  return undefined;
}

function parseSwitch(name: string, value: string | undefined, problems: string[]): boolean {
  return parseChoice(name, value, ["true", "false"] as const, problems) === "true";
}

function parseWebhookUrl(value: string | undefined, problems: string[]): string | undefined {
  // The value is not repeated: whoever knows it may write there.
  if (value !== undefined && !(URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)))
    problems.push("ALERTS_WEBHOOK_URL: not an http(s) URL");
  return value;
}
