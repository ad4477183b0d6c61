import { afterAll, beforeAll, expect, test } from "vitest";
import { listResources } from "../../src/resources/index.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import { type CliResult, expectExit, listsEnvironmentFor, readLog, runCli } from "../support/cli.ts";
import { createDatabase, execute, type TestDatabase } from "../support/database.ts";
import { migrateSchema } from "../support/migrate-schema.ts";
import { expectNarrow } from "../support/narrow.ts";
import { countSlices, resourcesOf } from "../support/slices.ts";

let database: TestDatabase;
let simulator: Simulator;
/** Slices of a run over all lists. */
let sliceCount: number;
/** What is not loaded of an ad account that may not be read, beside the question whether it may. */
const denied = [...resourcesOf("ad_account"), ...resourcesOf("owner")];

beforeAll(async () => {
  database = await createDatabase();
  simulator = await startSimulator({ campaigns: 2, productGroups: 3, feeds: 2 });
  sliceCount = countSlices(simulator.world);
  await migrateSchema(database.url);
});

afterAll(async () => {
  await simulator.close();
  await database.drop();
});

function run(args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<CliResult> {
  return runCli(args, { env: { ...listsEnvironmentFor(simulator, database.url), ...more } });
}

async function countRuns(): Promise<unknown> {
  return (await execute(database.url, "select count(*)::int as runs from pinterest_ads_sync_runs"))[0]?.[
    "runs"
  ];
}

test("sync --dry-run shows slices and API calls within 80 columns and loads nothing", async () => {
  const result = await run(["sync", "--dry-run"]);
  expectExit(result, 0);
  for (const { name } of listResources) expect(result.stdout).toContain(name);
  const total = new RegExp(`(?<!\\d)${sliceCount} slices, about \\d+ API calls\\. Nothing was loaded\\.`);
  expect(result.stdout).toMatch(total);
  expectNarrow(result.stdout);
  expect(await countRuns()).toBe(0);
});

test("a piped sync writes JSON lines alone, one per slice and one for the run", async () => {
  const result = await run(["sync"]);
  expectExit(result, 0);
  expect(result.stderr).toBe("");
  const lines = readLog(result);
  const slices = lines.filter(({ msg }) => msg === "slice loaded");
  expect(slices).toHaveLength(sliceCount);
  expect(new Set(slices.map(({ resource }) => resource))).toEqual(
    new Set(listResources.map(({ name }) => name)),
  );
  const runs = lines.filter(({ msg }) => msg === "run finished");
  expect(runs).toEqual([expect.objectContaining({ level: "info", status: "succeeded", slices: sliceCount })]);
  for (const line of lines) for (const name of Object.keys(line)) expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
});

test("log messages are constant: what varies stands in fields, and no record's contents in any", async () => {
  simulator.advance();
  const lines = readLog(await run(["sync"], { LOG_LEVEL: "debug" }));
  const messages = new Set(lines.map(({ msg }) => msg));
  expect(messages.size).toBeLessThanOrEqual(5);
  for (const message of messages) expect(message).toMatch(/^[a-z _]+$/);
  const { campaigns } = simulator.world.accounts[0] ?? { campaigns: [] };
  for (const { name } of campaigns) expect(JSON.stringify(lines)).not.toContain(name);
});

test("LOG_LEVEL=silent leaves the exit code alone to tell", async () => {
  const result = await run(["sync"], { LOG_LEVEL: "silent" });
  expectExit(result, 0);
  expect(result.stdout + result.stderr).toBe("");
});

test("what was refused is told with reason and next step, the others are loaded, exit code 1", async () => {
  const account = simulator.world.accounts[1]?.id ?? "";
  simulator.denyAccount(account, "withdrawn");
  const result = await run(["sync"]);
  expectExit(result, 1);
  const lines = readLog(result);
  const failed = lines.filter(({ msg }) => msg === "slice failed");
  expect(failed.map(({ resource }) => resource)).toContain("campaigns");
  const refused = { ad_account_id: account, next_step: expect.stringMatching(/\w+/) };
  for (const line of failed) expect(line).toMatchObject({ level: "error", ...refused });
  expect(lines.filter(({ msg }) => msg === "ad account is shut and left out")).toEqual([
    expect.objectContaining({ level: "warn", ...refused }),
  ]);
  expect(lines.find(({ msg }) => msg === "run finished")).toMatchObject({
    status: "partial",
    slices_failed: denied.length + 1,
  });
  // Kept without a webhook too: whoever looks into the warehouse finds it.
  expect(lines.at(-1)).toMatchObject({ msg: "alert raised", kind: "account_shut", subject: account });
});

test("status tells runs, freshness, failures and token life within 80 columns", async () => {
  const result = await run(["status"]);
  expectExit(result, 0);
  expect(result.stdout).toMatch(/partial/);
  expect(result.stdout).toMatch(/Give the user who authorised the app the role/);
  expect(result.stdout).toMatch(/Access token: 29 days left/);
  // Reasons stand indented and unbroken, for their addresses are there to be copied.
  expectNarrow(result.stdout.replace(/^ {2}.*$/gm, ""));
});

test("status --json is one document for programs", async () => {
  const result = await run(["status", "--json"]);
  expectExit(result, 0);
  const status = JSON.parse(result.stdout);
  expect(status.runs[0]).toMatchObject({
    trigger: "sync",
    status: "partial",
    slices_failed: denied.length + 1,
  });
  expect(status.freshness).toHaveLength(sliceCount);
  expect(status.failed_slices).toHaveLength(denied.length + 1);
  expect(status.failed_slices[0]).toMatchObject({
    resource: denied[0]?.name,
    error_code: "permission_missing",
  });
});

test("--resource and --account narrow a run to what was asked and what it needs", async () => {
  const account = simulator.world.accounts[0]?.id ?? "";
  const result = await run([
    "sync",
    "--resource",
    "ad-groups,product_group_promotions",
    "--account",
    account,
  ]);
  expectExit(result, 0);
  const slices = readLog(result).filter(({ msg }) => msg === "slice loaded");
  const loaded = slices.map(({ resource, ad_account_id }) => `${resource} ${ad_account_id ?? "*"}`);
  expect(loaded.toSorted()).toEqual([
    "ad_accounts *",
    `ad_groups ${account}`,
    `campaigns ${account}`,
    `product_group_promotions ${account}`,
  ]);
});

test("an account that the token does not see fails the run, the other accounts are loaded", async () => {
  const account = simulator.world.accounts[0]?.id ?? "";
  const result = await run(["sync", "--resource", "campaigns"], {
    PINTEREST_AD_ACCOUNT_IDS: `${account},999`,
  });
  expectExit(result, 1);
  const told = readLog(result).map(({ msg, resource, error_code }) => [msg, resource, error_code]);
  expect(told).toContainEqual(["slice loaded", "campaigns", undefined]);
  expect(told).toContainEqual(["slice failed", "ad_accounts", "account_not_visible"]);
});
