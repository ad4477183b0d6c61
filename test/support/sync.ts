import { randomBytes } from "node:crypto";
import { readAnalyticsSettings } from "../../src/analytics-config.ts";
import { readConfigFile } from "../../src/config-file.ts";
import type { Logger } from "../../src/logger.ts";
import {
  type ClientHooks,
  createPinterest,
  type Pinterest,
  type PinterestOptions,
} from "../../src/pinterest/client.ts";
import type { Clock } from "../../src/pinterest/clock.ts";
import type { Timeouts } from "../../src/pinterest/http.ts";
import { createTokens, type Tokens } from "../../src/pinterest/tokens.ts";
import type { Resource } from "../../src/resources/define.ts";
import { resources as coreResources, listResources } from "../../src/resources/index.ts";
import type { Simulator } from "../../src/simulator/simulator.ts";
import type { SyncEvent } from "../../src/sync/events.ts";
import { type RunReport, runSync } from "../../src/sync/run.ts";
import type { SyncRequest } from "../../src/sync/run-state.ts";
import { openWarehouse, type Warehouse } from "../../src/warehouse/database.ts";
import type { RunLocks } from "../../src/warehouse/locks.ts";
import { migrate } from "../../src/warehouse/migrate.ts";
import { openTokenStore } from "../../src/warehouse/oauth-tokens.ts";
import { type CopiedTable, readCopied } from "./copied-table.ts";
import { execute } from "./database.ts";
import { createJumpingClock } from "./jumping-clock.ts";
import { createMemoryLogger } from "./pinterest-client.ts";
import { COPIED_TABLES, findDifferences, listingOf } from "./truth.ts";

export interface SyncUnderTestOptions {
  /** A database of `createDatabase`. */
  readonly url: string;
  readonly simulator: Simulator;
  /** Created and migrated; a random one when absent, so that many warehouses fit into one database. */
  readonly schema?: string;
  /** A jumping one when absent: back-off and rate limits take no time. */
  readonly clock?: Clock;
  /** What tells the runs which day it is, in epoch milliseconds; the machine's clock when absent. */
  readonly now?: () => number;
  /** What the runs know, with the metrics that were chosen; all resources with the core metrics when absent. */
  readonly resources?: readonly Resource[];
  readonly timeouts?: Timeouts;
  readonly rateLimitBudgetMs?: number;
  readonly onWait?: PinterestOptions["onWait"];
  /** Told what the client does. */
  readonly hooks?: ClientHooks;
}

export interface SyncUnderTest extends AsyncDisposable {
  readonly url: string;
  readonly schema: string;
  readonly simulator: Simulator;
  readonly warehouse: Warehouse;
  readonly pinterest: Pinterest;
  readonly logger: Logger;
  readonly tokens: Tokens;
  /** What the runs told while they were under way, oldest first. */
  readonly events: readonly SyncEvent[];
  /** One run in this process, of all lists with four slices at a time unless `request` says otherwise. */
  sync(request?: Partial<SyncRequest>, signal?: AbortSignal, locks?: RunLocks): Promise<RunReport>;
  /** A copied table as it stands; `campaigns` means `pinterest_ads_campaigns`. */
  read(table: string): Promise<CopiedTable>;
  /** All copied tables as they stand, by name. */
  readAll(): Promise<Map<string, CopiedTable>>;
  /** Rows of a query in which `pinterest_ads_…` needs no schema. */
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** See `findDifferences`. */
  findDifferences(tables?: readonly string[]): Promise<string[]>;
  /** Everything that was logged, debug lines included. */
  log(): string;
}

const VERSION = "0.0.0-test";
const CONCURRENCY = 4;
/** Enough for runs of up to ten slices at a time. */
const CONNECTIONS = 12;
/** Generous, because machines that run tests are busy; runs that meet hanging requests bring their own. */
const TIMEOUTS: Timeouts = { connect: 10_000, response: 20_000, request: 30_000 };

/**
 * A migrated warehouse and everything that a run needs, connected to a simulator: real HTTP, real tokens,
 * real Postgres, no jitter. Disposing of it closes the connections; simulator and database stay.
 */
export async function openSync(options: SyncUnderTestOptions): Promise<SyncUnderTest> {
  const { url, simulator, now = Date.now, resources = coreResources } = options;
  // A resource without a listing would end every run as partial; this says why.
  COPIED_TABLES.forEach(listingOf);
  const schema = options.schema ?? `test_${randomBytes(4).toString("hex")}`;
  const warehouse = openWarehouse({ url, schema, connections: CONNECTIONS });
  await migrate(warehouse, resources);
  const { logger, log } = createMemoryLogger();
  const shared = {
    baseUrl: simulator.url,
    version: VERSION,
    logger,
    clock: options.clock ?? createJumpingClock(),
    random: () => 0,
    timeouts: options.timeouts ?? TIMEOUTS,
  };
  const { appId, appSecret, refreshToken } = simulator;
  const store = openTokenStore({ knex: warehouse.knex, schema, encryptionKey: randomBytes(32), appId });
  const tokens = createTokens({ ...shared, appId, appSecret, seedRefreshToken: refreshToken, store });
  const { rateLimitBudgetMs, onWait } = options;
  const pinterest = createPinterest({
    ...shared,
    tokens,
    ...options.hooks,
    ...(rateLimitBudgetMs === undefined ? {} : { rateLimitBudgetMs }),
    ...(onWait ? { onWait } : {}),
  });
  const events: SyncEvent[] = [];
  return {
    url,
    schema,
    simulator,
    warehouse,
    pinterest,
    logger,
    tokens,
    events,
    log,
    sync: (request = {}, signal = new AbortController().signal, locks) =>
      runSync(
        {
          resources,
          now,
          warehouse,
          pinterest,
          logger,
          version: VERSION,
          signal,
          onEvent: (event) => events.push(event),
          ...(locks && { locks }),
        },
        {
          trigger: "sync",
          resources: listResources,
          accountIds: undefined,
          acceptEmpty: false,
          concurrency: CONCURRENCY,
          analytics: readAnalyticsSettings(readConfigFile("", "", [])),
          ...request,
        },
      ),
    read: (table) => readCopied(url, schema, table),
    readAll: async () => {
      const tables = new Map<string, CopiedTable>();
      for (const name of COPIED_TABLES) tables.set(name, await readCopied(url, schema, name));
      return tables;
    },
    query: (sql) => execute(withSearchPath(url, schema), sql),
    findDifferences: (tables = COPIED_TABLES) => findDifferences(url, schema, simulator, tables),
    async [Symbol.asyncDispose]() {
      await pinterest.close();
      await warehouse.close();
    },
  };
}

function withSearchPath(url: string, schema: string): string {
  const extended = new URL(url);
  extended.searchParams.set("options", `-c search_path="${schema}"`);
  return extended.href;
}
