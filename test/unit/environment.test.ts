import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { parseEnvironment } from "../../src/environment.ts";

function parse(variables: Record<string, string>, inEnvFile: readonly string[] = []) {
  const problems: string[] = [];
  return { environment: parseEnvironment(variables, new Set(inEnvFile), problems), problems };
}

test("nothing set: every default, and no problem, because a command may need nothing", () => {
  const { environment, problems } = parse({});
  expect(problems).toEqual([]);
  expect(environment).toMatchObject({
    apiUrl: "https://api.pinterest.com/v5",
    schema: "public",
    logLevel: "info",
  });
  for (const name of [
    "appId",
    "refreshToken",
    "adAccountIds",
    "databaseUrl",
    "encryptionKey",
    "logFormat",
  ] as const)
    expect(environment[name]).toBeUndefined();
});

test("a variable that is empty or blank counts as not set", () => {
  const { environment, problems } = parse({ PINTEREST_APP_ID: "", DATABASE_URL: "  ", LOG_LEVEL: "" });
  expect(problems).toEqual([]);
  expect(environment).toMatchObject({ appId: undefined, databaseUrl: undefined, logLevel: "info" });
});

const key = randomBytes(32);

test.each<[string, string, object]>([
  ["PINTEREST_APP_ID", " 1234 ", { appId: "1234" }],
  ["PINTEREST_AD_ACCOUNT_IDS", "1, 2,,2 ,", { adAccountIds: ["1", "2"] }],
  ["PINTEREST_API_URL", "http://localhost:4000/v5//", { apiUrl: "http://localhost:4000/v5" }],
  ["DATABASE_URL", "postgresql://u:p@host/db", { databaseUrl: "postgresql://u:p@host/db" }],
  ["WAREHOUSE_SCHEMA", "Ads data", { schema: "Ads data" }],
  ["TOKEN_ENCRYPTION_KEY", key.toString("base64"), { encryptionKey: key }],
  ["TOKEN_ENCRYPTION_KEY", key.toString("base64url"), { encryptionKey: key }],
  ["LOG_LEVEL", "DEBUG", { logLevel: "debug" }],
  ["LOG_FORMAT", "text", { logFormat: "text" }],
])("%s=%s is understood", (name, value, expected) => {
  const { environment, problems } = parse({ [name]: value });
  expect(problems).toEqual([]);
  expect(environment).toMatchObject(expected);
});

test.each<[string, string, RegExp]>([
  ["PINTEREST_AD_ACCOUNT_IDS", "12;13", /"12;13" is not an ad account id/],
  ["PINTEREST_AD_ACCOUNT_IDS", ",", /names no account/],
  ["PINTEREST_API_URL", "api.pinterest.com", /not an http\(s\) URL; leave it out/],
  ["PINTEREST_API_URL", "ftp://api.pinterest.com", /not an http\(s\) URL/],
  ["DATABASE_URL", "mysql://user:secret@host/db", /not a Postgres URL; it looks like postgres:/],
  ["DATABASE_URL", "host=db password=secret", /not a Postgres URL/],
  ["WAREHOUSE_SCHEMA", "pg_ads", /cannot be a schema/],
  ["WAREHOUSE_SCHEMA", 'a"b', /cannot be a schema/],
  ["WAREHOUSE_SCHEMA", "é".repeat(32), /cannot be a schema/],
  ["TOKEN_ENCRYPTION_KEY", randomBytes(16).toString("base64"), /not 32 bytes.*openssl rand -base64 32/],
  ["TOKEN_ENCRYPTION_KEY", "secret-secret-secret-secret-secret!", /not 32 bytes/],
  ["LOG_LEVEL", "verbose", /"verbose" is not known; valid are: trace, debug/],
  ["LOG_LEVEL", "inf", /did you mean info\?/],
  ["LOG_FORMAT", "jsno", /did you mean json\?/],
  ["PINTEREST_APPID", "1", /^PINTEREST_APPID is not a variable.*did you mean PINTEREST_APP_ID\?/],
])("%s=%s is a problem with its fix", (name, value, problem) => {
  expect(parse({ [name]: value }).problems).toEqual([expect.stringMatching(problem)]);
});

test("no problem repeats a secret", () => {
  const { problems } = parse({
    DATABASE_URL: "mysql://user:hunter2secret@host/db",
    TOKEN_ENCRYPTION_KEY: "hunter2secret",
    PINTEREST_APP_SECRETS: "hunter2secret",
  });
  expect(problems).toHaveLength(3);
  expect(problems.join()).not.toContain("hunter2secret");
});

test("a foreign PINTEREST_ variable is refused in .env only, where nobody else reads it", () => {
  const variables = { PINTEREST_BOARD_WEBHOOK: "x" };
  expect(parse(variables).problems).toEqual([]);
  expect(parse(variables, ["PINTEREST_BOARD_WEBHOOK"]).problems).toHaveLength(1);
});

test("all problems come at once", () => {
  expect(
    parse({ LOG_LEVEL: "x", LOG_FORMAT: "x", DATABASE_URL: "x", PINTEREST_API_URL: "x" }).problems,
  ).toHaveLength(4);
});
