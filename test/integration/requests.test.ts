import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listResources } from "../../src/resources/index.ts";
import { listEntries } from "../../src/simulator/listings.ts";
import type { RecordedRequest } from "../../src/simulator/recorder.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import type { RunReport } from "../../src/sync/run.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { resourcesOf } from "../support/slices.ts";
import { openSync, type SyncUnderTest } from "../support/sync.ts";
import { listingOf } from "../support/truth.ts";

/** Pinterest's largest page. */
const PAGE_SIZE = 250;
/** Ads and processing results fill more than one page. */
const SIZE = {
  accounts: 3,
  adsPerAdGroup: 8,
  adGroupsPerCampaign: 4,
  feeds: 3,
  processingResultsPerFeed: PAGE_SIZE + 1,
};
const EVERY_STATUS = ["ACTIVE", "PAUSED", "ARCHIVED", "DRAFT", "DELETED_DRAFT"];
const WITH_STATUS = ["campaigns", "ad_groups", "ads", "product_group_promotions"];
const ONCE_PER_OWNER = resourcesOf("owner").flatMap(({ path, parent }) => (parent ? [] : [path]));
const SUMS = [
  "records",
  "rows_inserted",
  "rows_updated",
  "rows_deleted",
  "records_rejected",
  "api_calls",
] as const;

/** Columns of pinterest_ads_sync_slices that are numbers. */
const NUMBERS = ["attempts", "pages", "rows_unchanged", ...SUMS] as const;

interface SliceRow extends Readonly<Record<(typeof NUMBERS)[number], number>> {
  readonly resource: string;
  readonly ad_account_id: string | null;
  readonly owner_user_id: string | null;
  readonly status: string;
}

let database: TestDatabase;
let simulator: Simulator;
let subject: SyncUnderTest;
let report: RunReport;
let requests: RecordedRequest[];
let slices: SliceRow[];

beforeAll(async () => {
  database = await createDatabase();
  simulator = await startSimulator(SIZE);
  shareOwner();
  subject = await openSync({ url: database.url, simulator });
});

afterAll(async () => {
  await subject?.[Symbol.asyncDispose]();
  await simulator?.close();
  await database?.drop();
});

async function sync(): Promise<void> {
  simulator.requests.length = 0;
  report = await subject.sync();
  requests = simulator.requests.filter(({ path }) => path !== "/oauth/token");
  const rows = await subject.query(
    `select resource, ad_account_id, owner_user_id, status, ${NUMBERS.map((name) => `${name}::int`).join(", ")}
       from pinterest_ads_sync_slices where run_id = '${report.id}'`,
  );
  slices = rows as unknown as SliceRow[];
}

/** The first and the third ad account belong to one user, as those of an agency do. */
function shareOwner(): void {
  const { accounts, adAccounts, owners } = simulator.world;
  const [account, adAccount] = [accounts[2], adAccounts[2]];
  if (!account || !adAccount) throw new Error("three ad accounts are needed");
  account.owner = 0;
  adAccount["owner"] = adAccounts[0]?.["owner"] ?? null;
  owners.length = 2;
}

describe("what is asked", () => {
  beforeAll(sync);

  test("every request is one for a list, with the largest page and nothing that is undocumented", () => {
    for (const { method, query, undocumented, status } of requests)
      expect({ method, size: query["page_size"], undocumented, status }).toEqual({
        method: "GET",
        size: [String(PAGE_SIZE)],
        undocumented: [],
        status: 200,
      });
  });

  test.each(WITH_STATUS)("%s are asked for in all five states", (name) => {
    const asked = requests.filter(({ path }) => path.endsWith(`/${name}`));
    expect(asked.length).toBeGreaterThan(0);
    for (const { query } of asked)
      expect(query["entity_statuses"]?.flatMap((value) => value.split(","))).toEqual(EVERY_STATUS);
  });

  test("shared ad accounts are asked for", () => {
    const asked = requests.filter(({ path }) => path === "/ad_accounts");
    expect(asked.map(({ query }) => query["include_shared_accounts"])).toEqual([["true"]]);
  });

  test("product group promotions are asked for once per ad group of a catalog-sales campaign", () => {
    const wanted = simulator.world.accounts.flatMap(({ id, campaigns, adGroups }) => {
      const sales = campaigns.filter((campaign) => campaign["objective_type"] === "CATALOG_SALES");
      const ids = new Set(sales.map((campaign) => campaign.id));
      return adGroups
        .filter((group) => ids.has(String(group["campaign_id"])))
        .map((group) => `${id} ${group.id}`);
    });
    const asked = requests
      .filter(({ path }) => path.endsWith("/product_group_promotions"))
      .map(({ path, query }) => `${path.split("/")[2]} ${query["ad_group_id"]}`);
    expect(asked.toSorted()).toEqual(wanted.toSorted());
  });

  test.each(ONCE_PER_OWNER)("%s is asked once per distinct owner, through one of its ad accounts", (path) => {
    const asked = requests.filter((request) => request.path === path);
    const owners = asked.map(({ query }) => {
      const account = simulator.world.accounts.find(({ id }) => id === query["ad_account_id"]?.[0]);
      return account?.owner;
    });
    expect(owners.toSorted()).toEqual([0, 1]);
  });

  test("the processing results of a feed are asked for once, and their bookmark is not followed", () => {
    const asked = requests.filter(({ path }) => path.endsWith("/processing_results"));
    const feeds = simulator.world.owners.flatMap((owner) => owner.feeds.map(({ id }) => id));
    expect(asked.map(({ path }) => path.split("/")[3]).toSorted()).toEqual(feeds.toSorted());
    expect(asked.filter(({ query }) => "bookmark" in query)).toEqual([]);
  });

  test("nothing is asked twice", () => {
    const identities = requests.map(({ path, query }) => JSON.stringify([path, query]));
    expect(identities).toHaveLength(new Set(identities).size);
  });
});

const ROUNDS: readonly { what: string; prepare: () => void }[] = [
  { what: "of a first sync", prepare: () => undefined },
  { what: "of a sync without changes", prepare: () => undefined },
  { what: "of a sync with changes", prepare: () => simulator.advance() },
  {
    what: "of a sync with repeated requests",
    prepare: () => {
      simulator.advance();
      simulator.faults = [{ kind: "internal_error", rate: 0.3 }];
    },
  },
];

describe.each(ROUNDS)("the books $what", ({ prepare }) => {
  let truth: Map<string, number>;

  beforeAll(async () => {
    prepare();
    await sync();
    simulator.faults = [];
    truth = new Map(listResources.flatMap(({ name }) => countEntries(name)));
  });

  test("have one slice per resource and ad account, or owner", () => {
    const planned = slices.map(({ resource, ad_account_id, owner_user_id }) =>
      [resource, owner_user_id ?? ad_account_id ?? "*"].join(" "),
    );
    expect(planned.toSorted()).toEqual([...truth.keys()].toSorted());
  });

  test("count every request and every page of every slice", () => {
    for (const slice of slices) {
      const asked = requests.filter((request) => belongsTo(request, slice));
      const { resource, pages, api_calls } = slice;
      expect({ resource, api_calls, pages }).toEqual({
        resource,
        api_calls: asked.length,
        pages: asked.filter(({ status }) => status === 200).length,
      });
    }
    expect(slices.reduce((sum, { api_calls }) => sum + api_calls, 0)).toBe(requests.length);
  });

  test("count every record, and what became of it", () => {
    for (const slice of slices) {
      const key = [slice.resource, slice.owner_user_id ?? slice.ad_account_id ?? "*"].join(" ");
      const { status, attempts, records, rows_inserted, rows_updated, rows_unchanged, records_rejected } =
        slice;
      const landed = rows_inserted + rows_updated + rows_unchanged;
      expect({ key, status, attempts, records, landed, records_rejected }).toEqual({
        key,
        status: "succeeded",
        attempts: 1,
        records: truth.get(key),
        landed: truth.get(key),
        records_rejected: 0,
      });
    }
  });

  test("add up in the run, and in its report", async () => {
    const [run] = await subject.query(
      `select status, slices::int, slices_failed::int, ${SUMS.map((name) => `${name}::int`).join(", ")}
         from pinterest_ads_sync_runs where id = '${report.id}'`,
    );
    const sums = SUMS.map((name) => [name, slices.reduce((sum, slice) => sum + slice[name], 0)]);
    const totals = { slices: slices.length, slices_failed: 0, ...Object.fromEntries(sums) };
    expect(run).toEqual({ status: "succeeded", ...totals });
    expect(report.totals).toEqual(totals);
  });
});

test("repeated requests were among those counted", () => {
  expect(requests.some(({ fault }) => fault === "internal_error")).toBe(true);
});

/** Records of a resource per slice; of the results of a feed only the first page is served. */
function countEntries(name: string): [string, number][] {
  const { adAccounts, accounts, owners } = simulator.world;
  const scope = listResources.find((resource) => resource.name === name)?.scope;
  const scopes = {
    token: ["*"],
    ad_account: accounts.map(({ id }) => id),
    owner: owners.map(({ user }) => user.id),
  };
  expect(adAccounts).toHaveLength(accounts.length);
  const entries = listEntries(simulator.world, listingOf(name));
  return scopes[scope ?? "token"].map((id) => {
    const own = entries.filter(({ adAccountId, ownerUserId }) => [adAccountId, ownerUserId].includes(id));
    const perFeed = Map.groupBy(id === "*" ? entries : own, ({ feedId }) => feedId);
    const served = [...perFeed].map(([feed, { length }]) =>
      feed === null ? length : Math.min(length, PAGE_SIZE),
    );
    return [`${name} ${id}`, served.reduce((sum, count) => sum + count, 0)];
  });
}

function belongsTo({ path, query }: RecordedRequest, slice: SliceRow): boolean {
  const last = path.split("/").at(-1);
  if (last !== listingOf(slice.resource)) return false;
  if (slice.resource === "ad_accounts") return true;
  return query["ad_account_id"]?.[0] === slice.ad_account_id || path.split("/")[2] === slice.ad_account_id;
}
