import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { type MetricsUnderTest, openMetrics, type RunOptions } from "../support/metrics-run.ts";

const OWN_LISTS = ["campaigns", "ad_groups", "ads"];
const CATALOGS = ["catalogs", "feeds", "feed_processing_results"];
const METRICS = ["ad_account_analytics", "campaign_analytics"];
const EVERYTHING = [...OWN_LISTS, ...CATALOGS, ...METRICS];
const ALL_SCOPES = ["ads:read", "catalogs:read", "user_accounts:read"];
const CATALOG_SIZE = { catalogs: 1, feeds: 1, processingResultsPerFeed: 1, productGroups: 1 };

let database: TestDatabase;
let world: MetricsUnderTest;
let ids: string[];
/** The account that this is all about. */
let id: string;
/** Called when a request has been answered. */
let onAnswer: (path: string) => void = () => {};
/** So many requests for campaigns are refused once. */
let spurious = 0;

beforeAll(async () => {
  database = await createDatabase();
  world = await openMetrics({
    url: database.url,
    world: { accounts: 3, campaigns: 3, ...CATALOG_SIZE },
    settings: { startDate: "2024-02-20", method: "report" },
    alter({ url: { pathname } }) {
      onAnswer(pathname);
      if (spurious === 0 || !pathname.endsWith("/campaigns")) return undefined;
      spurious -= 1;
      return { status: 403, json: { code: 29, message: "You are not permitted to access that resource." } };
    },
  });
  ids = world.simulator.world.accounts.map((account) => account.id);
  id = ids[1] ?? "";
});

afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
  await database?.drop();
});

/** A run, what was asked about the account meanwhile, and what was logged. */
async function watch(request?: RunOptions, tables: readonly string[] = EVERYTHING) {
  world.forget();
  const logged = world.subject.log().length;
  const report = await world.run(tables, {}, request);
  const asked = world
    .asked()
    .filter(({ path, query }) => path.includes(`/${id}/`) || query["ad_account_id"]?.includes(id))
    .map(({ path }) => path.replace(/\d{6,}/g, "*"));
  const lines = world.subject.log().slice(logged).trim().split("\n");
  const log = lines.map((line): Record<string, unknown> => JSON.parse(line));
  return { report, asked, log };
}

const readShut = () =>
  world.subject.query(
    `select ad_account_id, error_code, reason, since, checked_at, run_id
       from pinterest_ads_shut_accounts order by 1`,
  );

/** What became of the slices of the account and, through it, of its owner. */
const readEnds = (runId: string) =>
  world.subject.query(
    `select status, error_code, count(*)::int as slices, sum(api_calls)::int as calls
       from pinterest_ads_sync_slices
      where run_id = '${runId}' and ad_account_id = '${id}' group by 1, 2 order by 1, 2`,
  );

/** Rows of the account and of its owner, as they stand. */
async function readOwn(): Promise<unknown[]> {
  const ownerId = world.simulator.world.owners[1]?.user.id;
  const tables = await Promise.all([...OWN_LISTS, ...CATALOGS].map((name) => world.subject.read(name)));
  return tables.flatMap(({ rows }) =>
    [...rows].filter(
      ([, { values }]) => values["ad_account_id"] === id || values["owner_user_id"] === ownerId,
    ),
  );
}

const told = (log: readonly Record<string, unknown>[], message: string) =>
  log.filter(({ msg }) => msg === message);

const SHUT = "ad account is shut and left out";
const REFUSED = { status: "failed", error_code: "pinterest_error" };
const SKIPPED = { status: "skipped", error_code: "account_shut", calls: 0 };

describe("an ad account that is suspended for days", () => {
  let before: unknown[];

  test("in the midst of a run is asked once more, and nothing else of it; the others load", async () => {
    expect(await world.run(EVERYTHING)).toMatchObject({ status: "succeeded" });
    before = await readOwn();
    world.pass(1);
    world.simulator.advance();
    onAnswer = (path) => {
      if (path.endsWith(`${id}/reports`)) world.simulator.denyAccount(id, "suspended");
    };
    const { report, asked, log } = await watch({ concurrency: 1 });
    onAnswer = () => {};
    // Created, refused, refused with another token, which is tried once in the life of a process; and the question.
    expect(asked).toEqual([
      "/ad_accounts/*/reports",
      "/ad_accounts/*/reports",
      "/ad_accounts/*/reports",
      "/ad_accounts/*/campaigns",
    ]);
    expect(report).toMatchObject({ status: "partial", error: { code: "pinterest_error" } });
    expect(report.failures.filter(({ slice }) => slice.adAccountId !== id)).toEqual([]);
    expect(await readEnds(report.id)).toEqual([
      { ...REFUSED, slices: 2, calls: asked.length },
      { ...SKIPPED, slices: EVERYTHING.length - 1 },
    ]);
    const reason = expect.stringMatching(/403, code 2625: This account has been disapproved/);
    expect(await readShut()).toEqual([
      expect.objectContaining({
        ad_account_id: id,
        error_code: "pinterest_error",
        reason,
        run_id: report.id,
      }),
    ]);
    expect(told(log, SHUT)).toEqual([expect.objectContaining({ level: 40, ad_account_id: id })]);
    expect(told(log, "slice failed")).toHaveLength(1);
  });

  test.each<[string, RunOptions, (readonly string[])?]>([
    ["a sync", {}],
    ["a sync of catalogs", {}, CATALOGS],
    [
      "a backfill",
      { backfill: { window: { from: "2024-02-20", to: "2024-02-25" }, order: "newest", restart: false } },
      METRICS,
    ],
  ])("costs %s one question, and nothing of it is marked as deleted", async (_, request, tables) => {
    const [known] = await readShut();
    const { report, asked, log } = await watch(request, tables);
    expect(asked).toEqual(["/ad_accounts/*/campaigns"]);
    expect(report).toMatchObject({ status: "partial", error: { code: "pinterest_error" } });
    expect(await readEnds(report.id)).toEqual([
      { ...REFUSED, slices: 1, calls: 1 },
      { ...SKIPPED, slices: (tables ?? EVERYTHING).length },
    ]);
    const [row] = await readShut();
    expect(row).toMatchObject({ since: known?.["since"], run_id: report.id });
    expect(Number(row?.["checked_at"])).toBeGreaterThan(Number(known?.["checked_at"]));
    expect(told(log, SHUT)).toEqual([expect.objectContaining({ level: 30 })]);
    expect(told(log, "run finished")).toEqual([expect.objectContaining({ level: 40 })]);
    expect(told(log, "slice failed")).toEqual([]);
    expect(await readOwn()).toEqual(before);
  });

  test("is what a run fails with that copies nothing else", async () => {
    const { report, asked } = await watch({ accountIds: [id] });
    expect(asked).toEqual(["/ad_accounts/*/campaigns"]);
    expect(report).toMatchObject({ status: "failed", error: { code: "pinterest_error" } });
  });

  test("keeps what it has been told when it cannot be asked", async () => {
    const known = await readShut();
    world.simulator.faults = [{ kind: "internal_error", path: `${id}/campaigns` }];
    const { report } = await watch();
    world.simulator.faults = [];
    expect(report.status).toBe("partial");
    expect(await readShut()).toEqual(known);
    expect(await readOwn()).toEqual(before);
  });

  test("is taken up again by the first run that can read it, and told once", async () => {
    world.pass(7);
    world.simulator.allowAccount(id);
    const { report, log } = await watch({}, [...OWN_LISTS, ...CATALOGS]);
    expect(report).toMatchObject({ status: "succeeded", failures: [] });
    expect(await readShut()).toEqual([]);
    expect(told(log, "ad account can be read again")).toHaveLength(1);
    expect(await world.subject.findDifferences([...OWN_LISTS, ...CATALOGS])).toEqual([]);
  });

  test("has the days it missed read, and those that were restated meanwhile, by the next run of metrics", async () => {
    const { report } = await watch({}, METRICS);
    expect(report).toMatchObject({ status: "succeeded" });
    // The others need a longer lookback to be told what has changed.
    await world.run(METRICS, { lookbackDays: 60 }, { accountIds: ids.filter((one) => one !== id) });
    expect(await world.differences(METRICS)).toEqual([]);
    const windows = await world.subject.query(
      `select min(window_from)::text as first from pinterest_ads_sync_slices
        where run_id = '${report.id}' and resource = 'campaign_analytics' group by ad_account_id order by 1`,
    );
    expect(windows).toEqual([{ first: "2024-02-20" }, { first: "2024-03-06" }, { first: "2024-03-06" }]);
  });
});

describe("what does not hold for all of an ad account leaves it open", () => {
  afterEach(() => {
    world.simulator.setScopes(ALL_SCOPES);
    world.simulator.allowAccount(id);
    world.simulator.faults = [];
  });

  test.each<[string, () => void, number]>([
    [
      "a refusal that does not come again",
      () => {
        spurious = 1;
      },
      1,
    ],
    [
      "reports that are refused",
      () => {
        world.simulator.faults = [{ kind: "reports_refused", path: `${id}/reports` }];
      },
      METRICS.length,
    ],
    ["catalogs that are refused", () => world.simulator.denyAccount(id, "catalogs"), CATALOGS.length],
    ["a scope that is missing", () => world.simulator.setScopes(["ads:read"]), 3 * CATALOGS.length],
    ["scopes that are all missing", () => world.simulator.setScopes([]), 1],
  ])("%s", async (_, refuse, failures) => {
    refuse();
    const { report } = await watch();
    expect(report.failures).toHaveLength(failures);
    expect(await readShut()).toEqual([]);
  });
});

test("a run all of whose ad accounts are shut has failed, with what Pinterest said", async () => {
  for (const one of ids) world.simulator.denyAccount(one, "withdrawn");
  for (const calls of [undefined, 1 + ids.length]) {
    const { report } = await watch();
    expect(report).toMatchObject({ status: "failed", error: { code: "permission_missing" } });
    expect(report.error?.nextStep).toMatch(/role Owner, Admin, Analyst or Campaign Manager/);
    if (calls !== undefined) expect(report.totals.api_calls).toBe(calls);
  }
  expect(await readShut()).toHaveLength(ids.length);
  for (const one of ids) world.simulator.allowAccount(one);
  expect(await world.run(EVERYTHING)).toMatchObject({ status: "succeeded" });
  expect(await readShut()).toEqual([]);
});

describe("an ad account that is configured and not listed", () => {
  const configured = (accountIds: readonly string[] = ids): RunOptions => ({
    trigger: "schedule",
    accountIds,
  });

  test("is shut for the schedule until it is listed again", async () => {
    world.simulator.denyAccount(id, "hidden");
    const since = [];
    for (const _ of ["first", "again"]) {
      const { report, asked, log } = await watch(configured(), OWN_LISTS);
      expect(report).toMatchObject({ status: "partial", error: { code: "account_not_visible" } });
      expect(asked).toEqual([]);
      expect(told(log, SHUT)).toHaveLength(1);
      const [row] = await readShut();
      expect(row).toMatchObject({ ad_account_id: id, error_code: "account_not_visible", run_id: report.id });
      since.push(Number(row?.["since"]));
    }
    expect(since[1]).toBe(since[0]);
    world.simulator.allowAccount(id);
    const { log } = await watch(configured(), OWN_LISTS);
    expect(told(log, "ad account can be read again")).toHaveLength(1);
    expect(await readShut()).toEqual([]);
  });

  test("is forgotten once it is not configured any more", async () => {
    world.simulator.denyAccount(id, "hidden");
    await world.run(OWN_LISTS, {}, configured());
    expect(await readShut()).toHaveLength(1);
    await world.run(OWN_LISTS, {}, configured(ids.filter((one) => one !== id)));
    expect(await readShut()).toEqual([]);
    world.simulator.allowAccount(id);
  });

  test("is no more than a failure of a run that asks for it by hand", async () => {
    expect(await world.run(OWN_LISTS, {}, { accountIds: [...ids, "999"] })).toMatchObject({
      status: "partial",
      error: { code: "account_not_visible" },
    });
    expect(await readShut()).toEqual([]);
  });
});

describe("where all ad accounts are copied, one that is no longer listed", () => {
  test("counts as shut until it is listed again, and its restated days are read once more", async () => {
    await world.run(EVERYTHING);
    const before = await readOwn();
    world.simulator.denyAccount(id, "hidden");
    world.pass(3);
    for (const _ of ["first", "again"]) {
      const { log } = await watch({}, OWN_LISTS);
      expect(log.filter(({ msg }) => msg === "ad account is no longer listed")).toHaveLength(
        _ === "first" ? 1 : 0,
      );
      expect(await readShut()).toMatchObject([{ ad_account_id: id, error_code: "account_not_visible" }]);
    }
    expect(await readOwn()).toEqual(before);
    world.simulator.allowAccount(id);
    await world.run(EVERYTHING);
    expect(await readShut()).toEqual([]);
    const rows = await world.subject.query(
      `select count(*)::int as days from pinterest_ads_loaded_days
        where ad_account_id = '${id}' and resource = 'campaign_analytics'
          and run_id = (select id from pinterest_ads_sync_runs order by started_at desc limit 1)`,
    );
    // The lookback is 2 days; what was restated unseen is more.
    expect(rows[0]?.["days"]).toBeGreaterThan(10);
  });

  test("is noticed whichever run comes upon it, one that was killed before it could say so too, and forgotten for good", async () => {
    const isShut = async () => (await readShut()).map((row) => row["ad_account_id"]);
    const forget = () => world.subject.query("delete from pinterest_ads_shut_accounts");
    await world.run(OWN_LISTS);
    world.simulator.denyAccount(id, "hidden");
    await world.run(OWN_LISTS, {}, { accountIds: ids.filter((one) => one !== id) });
    expect(await isShut()).toEqual([id]);

    // As if that run had died right after the list.
    await forget();
    await world.subject.query(
      `update pinterest_ads_sync_runs set status = 'interrupted'
        where id = (select id from pinterest_ads_sync_runs order by started_at desc limit 1)`,
    );
    await world.run(OWN_LISTS);
    expect(await isShut()).toEqual([id]);

    await forget();
    await world.run(OWN_LISTS);
    expect(await isShut()).toEqual([]);
    world.simulator.allowAccount(id);
    await world.run(OWN_LISTS);
  });
});

test("catalogs are read through another ad account of their owner", async () => {
  await using shared = await openMetrics({
    url: database.url,
    world: { accounts: 2, sharedOwner: true, campaigns: 1, ...CATALOG_SIZE },
  });
  const [acting = "", other = ""] = shared.simulator.world.accounts.map((account) => account.id);
  await shared.run(["campaigns"]);
  shared.simulator.denyAccount(acting, "suspended");
  await shared.run(["campaigns"]);
  shared.simulator.advance();
  shared.forget();
  const report = await shared.run(["campaigns", ...CATALOGS]);
  expect(new Set(report.failures.map(({ slice }) => slice.adAccountId))).toEqual(new Set([acting]));
  const through = shared.asked().flatMap(({ query }) => query["ad_account_id"] ?? []);
  expect(new Set(through)).toEqual(new Set([other]));
  expect(await shared.subject.findDifferences(CATALOGS)).toEqual([]);
});
