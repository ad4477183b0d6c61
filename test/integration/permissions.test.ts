import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ListResource } from "../../src/resources/define.ts";
import { listResources } from "../../src/resources/index.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import type { RunReport } from "../../src/sync/run.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { codeWhenDenied, resourcesOf } from "../support/slices.ts";
import { openSync, type SyncUnderTest } from "../support/sync.ts";
import { COPIED_TABLES } from "../support/truth.ts";

const SIZE = { accounts: 3, campaigns: 7 };
const catalogResources = resourcesOf("owner");
const ALL_SCOPES = ["ads:read", "catalogs:read", "user_accounts:read"];

let database: TestDatabase;
let simulator: Simulator;
let subject: SyncUnderTest;
let accountId: string;
let ownerId: string;

beforeAll(async () => {
  database = await createDatabase();
  simulator = await startSimulator(SIZE);
  subject = await openSync({ url: database.url, simulator });
  accountId = simulator.world.accounts[1]?.id ?? "";
  ownerId = simulator.world.owners[1]?.user.id ?? "";
});

afterAll(async () => {
  await subject?.[Symbol.asyncDispose]();
  await simulator?.close();
  await database?.drop();
});

beforeEach(() => {
  simulator.setScopes(ALL_SCOPES);
  simulator.allowAccount(accountId);
  simulator.requests.length = 0;
});

async function readFailed(report: RunReport): Promise<Record<string, unknown>[]> {
  return subject.query(
    `select resource, coalesce(owner_user_id, ad_account_id) as scope, status, error_code
       from pinterest_ads_sync_slices where run_id = '${report.id}' and status <> 'succeeded'
      order by resource collate "C", coalesce(owner_user_id, ad_account_id) collate "C"`,
  );
}

const failed = (resource: string, scope: string, error_code = "permission_missing") => ({
  resource,
  scope,
  status: error_code === "parent_failed" ? "skipped" : "failed",
  error_code,
});

/** Every one of `denied` fails in every one of `scopes`, in the order of `readFailed`. */
function allFailed(denied: readonly ListResource[], scopes: readonly string[]) {
  return denied
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((resource) =>
      scopes.toSorted().map((scope) => failed(resource.name, scope, codeWhenDenied(resource))),
    );
}

/** Differences outside of what could not be read. */
async function differencesBut(unread: readonly ListResource[], scope: string): Promise<string[]> {
  const all = await subject.findDifferences(COPIED_TABLES);
  return all.filter((line) => !unread.some(({ name }) => line.startsWith(`${name} ${scope} `)));
}

describe("what the token may not read fails with what to grant, and the rest loads", () => {
  test("one ad account", async () => {
    simulator.denyAccount(accountId, "withdrawn");
    const report = await subject.sync();
    expect(report.status).toBe("partial");
    expect(new Set((await readFailed(report)).map(({ scope }) => scope))).toEqual(
      new Set([accountId, ownerId]),
    );
    expect(report.error?.nextStep).toMatch(/role Owner, Admin, Analyst or Campaign Manager/);
    const slices = await subject.query(`select error from pinterest_ads_sync_slices where status = 'failed'`);
    for (const { error } of slices) expect(error).toMatch(/code 29.*Give the user .* the role/);
    const differences = await subject.findDifferences(COPIED_TABLES);
    expect(differences.filter((line) => !line.includes(accountId) && !line.includes(ownerId))).toEqual([]);
  });

  test("catalogs of one owner", async () => {
    simulator.denyAccount(accountId, "catalogs");
    const report = await subject.sync();
    expect(report.status).toBe("partial");
    expect(await readFailed(report)).toEqual(allFailed(catalogResources, [ownerId]));
    expect(report.error?.nextStep).toMatch(/role Owner, Admin or Catalogs Manager/);
    // Neither repeating the request nor another token would help.
    expect(simulator.requests.filter(({ status }) => status === 401)).toHaveLength(
      catalogResources.filter(({ parent }) => !parent).length,
    );
    expect(simulator.requests.filter(({ path }) => path === "/oauth/token")).toEqual([]);
    expect(await differencesBut(catalogResources, ownerId)).toEqual([]);
  });

  test("a scope that was not granted", async () => {
    simulator.setScopes(["ads:read"]);
    const report = await subject.sync();
    expect(report.status).toBe("partial");
    const owners = simulator.world.owners.map(({ user }) => user.id);
    const needing = listResources.filter(({ oauthScopes }) => oauthScopes.includes("catalogs:read"));
    expect(await readFailed(report)).toEqual(allFailed(needing, owners));
    expect(report.error?.nextStep).toMatch(/scopes? catalogs:read/);
    expect(
      await subject.findDifferences(
        COPIED_TABLES.filter((name) => !needing.some((resource) => resource.name === name)),
      ),
    ).toEqual([]);
  });

  test("nothing at all, which fails the run", async () => {
    simulator.setScopes([]);
    const report = await subject.sync();
    expect(report).toMatchObject({ status: "failed", error: { code: "permission_missing" } });
    expect(report.error?.nextStep).toMatch(/ads:read/);
  });

  test("once it is granted, the next run loads what was missing", async () => {
    expect(await subject.sync()).toMatchObject({ status: "succeeded", failures: [] });
    expect(await subject.findDifferences()).toEqual([]);
  });
});

describe("an ad account that was asked for by its id and cannot be seen", () => {
  test("fails by itself, and the others load", async () => {
    simulator.denyAccount(accountId, "hidden");
    const [first = ""] = simulator.world.accounts.map(({ id }) => id);
    const report = await subject.sync({ accountIds: [first, accountId] });
    expect(report).toMatchObject({ status: "partial", totals: { slices_failed: 1 } });
    expect(await readFailed(report)).toEqual([failed("ad_accounts", accountId, "account_not_visible")]);
    const asked = simulator.requests.flatMap(({ path, query }) => [
      ...(/^\/ad_accounts\/(\d+)/.exec(path)?.slice(1) ?? []),
      ...(query["ad_account_id"] ?? []),
    ]);
    expect(new Set(asked)).toEqual(new Set([first]));
  });

  test("keeps its rows: not being visible is not being deleted, except in the list of ad accounts", async () => {
    const { rows } = await subject.read("campaigns");
    const own = [...rows.values()].filter(({ values }) => values["ad_account_id"] === accountId);
    expect(own.filter(({ deletedAt }) => deletedAt !== null)).toEqual([]);
    expect((await subject.read("ad_accounts")).rows.get(accountId)?.deletedAt).not.toBeNull();
    expect(await subject.sync()).toMatchObject({ status: "succeeded" });
    expect(await subject.findDifferences()).toEqual([]);
  });
});
