import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { parseEnvironment, VARIABLES } from "../../src/environment.ts";

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

test.each(VARIABLES)("%s is refused while it is the placeholder of an example, for that alone", (name) => {
  const login = /^STATUS_(USER|PASSWORD)$/.test(name) ? { STATUS_USER: "x", STATUS_PASSWORD: "x" } : {};
  expect(parse({ ...login, [name]: "REPLACE-ME" }).problems).toEqual([
    `${name} is still the placeholder of the example; put the value in or remove the line`,
  ]);
});

test("a placeholder is refused inside a value too, and its form is not found fault with as well", () => {
  const webhook = "https://hooks.example.com/REPLACE-ME";
  const { problems } = parse({ ALERTS_WEBHOOK_URL: webhook, DATABASE_URL: "REPLACE-ME", PORT: "REPLACE-ME" });
  expect(problems).toEqual(
    ["DATABASE_URL", "PORT", "ALERTS_WEBHOOK_URL"].map((name) => expect.stringMatching(`^${name} is still`)),
  );
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

test.each([
  ["ALERT_WEBHOOK_URL", "ALERTS_WEBHOOK_URL"],
  ["ALERTS_WEBHOK_URL", "ALERTS_WEBHOOK_URL"],
  ["STATUS_USERS", "STATUS_USER"],
  ["STATUS_PASWORD", "STATUS_PASSWORD"],
  ["STATUS_PULBIC", "STATUS_PUBLIC"],
  ["MIGRATE_ON_STRAT", "MIGRATE_ON_START"],
  ["migrate_on_start", "MIGRATE_ON_START"],
  ["TOKEN_ENCRYPTION_KEYS", "TOKEN_ENCRYPTION_KEY"],
  ["WAREHOUS_SCHEMA", "WAREHOUSE_SCHEMA"],
  ["CONNECTOR_CONFG", "CONNECTOR_CONFIG"],
  ["PINTREST_APP_ID", "PINTEREST_APP_ID"],
  ["PINTREST_APPID", "PINTEREST_APP_ID"],
  ["PINTERES_AD_ACCOUNTS_ID", "PINTEREST_AD_ACCOUNT_IDS"],
])("%s in the environment of a container is told: it can only be meant for %s", (name, meant) => {
  expect(parse({ [name]: "x" }).problems).toEqual([
    `${name} is not a variable of this connector; did you mean ${meant}?`,
  ]);
});

test("what resembles a variable that is set under its right name belongs to somebody else", () => {
  expect(
    parse({ ALERT_WEBHOOK_URL: "x", ALERTS_WEBHOOK_URL: "https://hooks.example.com/" }).problems,
  ).toEqual([]);
});

const FOREIGN = {
  shells: `PATH HOME USER LOGNAME SHELL PWD OLDPWD TERM LANG LC_ALL LANGUAGE TZ EDITOR PAGER DISPLAY HOSTNAME SHLVL _ MAIL
    TMPDIR XDG_RUNTIME_DIR XDG_CONFIG_HOME SSH_AUTH_SOCK SSH_CONNECTION COLORTERM NO_COLOR FORCE_COLOR SUDO_USER HISTFILE`,
  systemd:
    "INVOCATION_ID JOURNAL_STREAM NOTIFY_SOCKET SYSTEMD_EXEC_PID CREDENTIALS_DIRECTORY RUNTIME_DIRECTORY MAINPID",
  node: "NODE_ENV NODE_OPTIONS NODE_VERSION YARN_VERSION NODE_EXTRA_CA_CERTS npm_command npm_config_user_agent NVM_DIR",
  proxies: "HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy SSL_CERT_FILE SSL_CERT_DIR",
  Postgres: `PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE PGSSLMODE PGOPTIONS POSTGRES_USER POSTGRES_PASSWORD POSTGRES_DB
    POSTGRES_URL DATABASE_URI DATABASE_URLS DB_URL DATABASE_USER DATABASE_NAME DATABASE_SCHEMA`,
  Docker:
    "DOCKER_HOST DOCKER_CONFIG COMPOSE_PROJECT_NAME COMPOSE_FILE COMPOSE_PROFILES BUILDKIT_PROGRESS container",
  Kubernetes: `KUBERNETES_PORT KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT KUBERNETES_PORT_443_TCP_ADDR KUBECONFIG
    POD_NAME POD_NAMESPACE POD_IP NODE_NAME CONNECTOR_PORT CONNECTOR_SERVICE_HOST WAREHOUSE_PORT WAREHOUSE_SERVICE_HOST
    STATUS_PORT STATUS_SERVICE_HOST PINTEREST_PORT PINTEREST_PORT_80_TCP`,
  "CI systems": `CI GITHUB_ACTIONS GITHUB_TOKEN GITHUB_REF GITHUB_SHA RUNNER_OS GITLAB_CI CI_JOB_TOKEN CI_COMMIT_SHA
    CI_JOB_STATUS CI_REGISTRY_USER CI_REGISTRY_PASSWORD JENKINS_URL BUILD_NUMBER BUILD_STATUS TRAVIS CIRCLECI BUILDKITE`,
  hosts: `DYNO PORTS WEB_CONCURRENCY RENDER FLY_APP_NAME RAILWAY_ENVIRONMENT HEROKU_APP_ID GOOGLE_CLOUD_PROJECT
    AWS_REGION AWS_ACCESS_KEY_ID AWS_SESSION_TOKEN AWS_LAMBDA_FUNCTION_NAME AZURE_CLIENT_SECRET WEBSITE_SITE_NAME`,
  "other programs": `LOG_LEVELS LOG_FORMATTER LOGLEVEL LOG_FILE SLACK_WEBHOOK_URL WEBHOOK_URL ALERTMANAGER_URL
    ALERTMANAGER_WEBHOOK_URL ENCRYPTION_KEY APP_ID APP_SECRET TOKEN_SECRET JWT_SECRET CONNECT_CONFIG CONNECTION_CONFIG
    STATUS_CODE STATUS_URL STATE_USER STATSD_USER STATSD_HOST TOKEN_DECRYPTION_KEY SECRET_KEY_BASE MIGRATE MIGRATE_ON_BOOT
    RUN_MIGRATIONS_ON_START SNOWFLAKE_WAREHOUSE_SCHEMA SENTRY_DSN OTEL_SERVICE_NAME OTEL_EXPORTER_OTLP_ENDPOINT
    GRAFANA_PASSWORD ANALYST_PASSWORD PINTEREST_BOARD_WEBHOOK`,
};

test.each(Object.entries(FOREIGN))("no variable that %s set is taken for a misspelt one", (_, names) => {
  const variables = Object.fromEntries(names.split(/\s+/).map((name) => [name, "x"]));
  expect(parse(variables).problems).toEqual([]);
});

test("all problems come at once", () => {
  expect(
    parse({ LOG_LEVEL: "x", LOG_FORMAT: "x", DATABASE_URL: "x", PINTEREST_API_URL: "x" }).problems,
  ).toHaveLength(4);
});
