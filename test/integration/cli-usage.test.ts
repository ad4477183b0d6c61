import { beforeAll, describe, expect, test } from "vitest";
import { resourceNames } from "../../src/resources/index.ts";
import { type CliResult, expectExit, runCli } from "../support/cli.ts";
import { expectNarrow } from "../support/narrow.ts";

/** Nobody listens there: what is tested here must be answered before anything is connected. */
const NOWHERE = { DATABASE_URL: "postgres://nobody:nothing@127.0.0.1:1/nowhere" };

const TYPOS: readonly (readonly [what: string, args: readonly string[], answer: RegExp])[] = [
  ["a command", ["snyc"], /snyc.*\n?.*did you mean sync/i],
  ["a flag", ["sync", "--resorce", "ads"], /--resorce.*\n?.*did you mean --resource/i],
  ["a resource in a flag", ["sync", "--resource", "campains"], /"campains".*did you mean campaigns/],
  ["a resource in an argument", ["resources", "ad_group"], /"ad_group".*did you mean ad_groups/],
];

test.each(TYPOS)(
  "a typo in %s is answered with the nearest valid name and exit code 2",
  async (_what, args, answer) => {
    const result = await runCli(args, { env: NOWHERE });
    expectExit(result, 2);
    expect(result.stderr).toMatch(answer);
    expect(result.stdout).toBe("");
  },
);

describe("every typo in a configuration is answered with the nearest valid name:", () => {
  let result: CliResult;

  beforeAll(async () => {
    result = await runCli(["sync"], {
      env: { ...NOWHERE, PINTEREST_REFESH_TOKEN: "pinr_x", LOG_LEVEL: "debgu" },
      files: {
        ".env": "PINTEREST_AD_ACOUNT_IDS=1\n",
        "config/connector.yaml":
          "# how\nconcurency: 2\nrate_limit:\n  max_wait_minute: 3\nresources:\n  - ads\n  - feed\n",
      },
    });
  });

  test.each<[what: string, answer: RegExp]>([
    ["a variable", /PINTEREST_REFESH_TOKEN.*did you mean PINTEREST_REFRESH_TOKEN/],
    ["a variable in .env", /PINTEREST_AD_ACOUNT_IDS.*did you mean PINTEREST_AD_ACCOUNT_IDS/],
    ["a choice", /LOG_LEVEL: "debgu".*did you mean debug/],
    ["a key of the file", /config\/connector\.yaml:2: .*"concurency".*did you mean concurrency/],
    [
      "a nested key of the file",
      /config\/connector\.yaml:4: .*"rate_limit\.max_wait_minute".*did you mean max_wait_minutes/,
    ],
    ["a resource in the file", /config\/connector\.yaml:7: .*"feed".*did you mean feeds/],
  ])("%s", (_what, answer) => {
    expect(result.stderr).toMatch(answer);
  });

  test("with exit code 2, and that is all that is wrong", () => {
    expectExit(result, 2);
    expect(result.stderr).toContain("6 problems in the configuration");
    expect(result.stdout).toBe("");
  });
});

const WRONG_USES: readonly (readonly [args: readonly string[], answer: RegExp])[] = [
  [[], /Usage: pinterest-ads/],
  [["sync", "--account", "my-shop"], /"my-shop" is not an ad account id/],
  [["simulate", "--port", "many"], /--port.*many/],
  [["sync", "everything"], /too many arguments/],
];

test.each(WRONG_USES)("wrong use %j is exit code 2 with an explanation", async (args, answer) => {
  const result = await runCli(args, { env: NOWHERE });
  expectExit(result, 2);
  expect(result.stderr).toMatch(answer);
});

test("all problems of a configuration are told at once, each with its place, and no value that may be secret", async () => {
  const result = await runCli(["sync"], {
    env: { DATABASE_URL: "mysql://root:hunter2@localhost/ads", TOKEN_ENCRYPTION_KEY: "c2hvcnQ=" },
    files: {
      ".env": "PINTEREST_APP_IDD=1\nPINTEREST_AD_ACCOUNT_IDS=12,shop\nWAREHOUSE_SCHEMA=pg_ads\n",
      "config/connector.yaml": "concurrency: 0\naccounts: [abc]\nresources: []\n",
    },
  });
  expectExit(result, 2);
  const places = [
    "8 problems",
    "PINTEREST_APP_IDD",
    "PINTEREST_AD_ACCOUNT_IDS",
    "WAREHOUSE_SCHEMA",
    "DATABASE_URL",
    "TOKEN_ENCRYPTION_KEY",
    "config/connector.yaml:1",
    "config/connector.yaml:2",
    "config/connector.yaml:3",
  ];
  for (const place of places) expect(result.stderr).toContain(place);
  expect(result.stderr).not.toMatch(/hunter2|c2hvcnQ/);
});

test("missing credentials are told at once before anything is asked", async () => {
  const result = await runCli(["sync"], { env: NOWHERE });
  expectExit(result, 2);
  for (const name of ["PINTEREST_APP_ID", "PINTEREST_APP_SECRET", "TOKEN_ENCRYPTION_KEY"])
    expect(result.stderr).toContain(name);
});

test("the environment beats .env", async () => {
  const files = { ".env": "LOG_LEVEL=wrong1\nLOG_FORMAT=wrong2\n" };
  const result = await runCli(["migrate"], { env: { LOG_LEVEL: "wrong3" }, files });
  expectExit(result, 2);
  expect(result.stderr).toContain('LOG_LEVEL: "wrong3"');
  expect(result.stderr).toContain('LOG_FORMAT: "wrong2"');
  expect(result.stderr).not.toContain("wrong1");
});

test("resources lists every resource within 80 columns", async () => {
  const result = await runCli(["resources"]);
  expectExit(result, 0);
  for (const name of resourceNames) expect(result.stdout).toContain(name);
  expectNarrow(result.stdout);
});

test("resources --json and resources NAME --json are documents for programs", async () => {
  const [list, one] = await Promise.all([
    runCli(["resources", "--json"]),
    runCli(["resources", "product-groups", "--json"]),
  ]);
  expectExit(list, 0);
  expectExit(one, 0);
  expect(JSON.parse(list.stdout).map(({ name }: { name: string }) => name)).toEqual(resourceNames);
  const table = JSON.parse(one.stdout);
  expect(table).toMatchObject({ resource: "product_groups", key: ["owner_user_id", "id"] });
  expect(table.columns[0]).toMatchObject({ name: "owner_user_id", type: "text" });
});

test("resources NAME shows type and meaning of each column within 80 columns", async () => {
  const result = await runCli(["resources", "campaigns"]);
  expectExit(result, 0);
  expect(result.stdout).toMatch(/daily_spend_cap +bigint/);
  expectNarrow(result.stdout);
});

test("help and version are exit code 0", async () => {
  const [help, version] = await Promise.all([runCli(["--help"]), runCli(["--version"])]);
  expectExit(help, 0);
  expectExit(version, 0);
  for (const command of ["demo", "check", "migrate", "sync", "status", "resources", "simulate"])
    expect(help.stdout).toContain(command);
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
});
