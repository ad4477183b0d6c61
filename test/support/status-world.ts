import { readConfigFile } from "../../src/config-file.ts";
import { type RunningServer, type ServerOptions, startServer } from "../../src/serve/http/server.ts";
import { pageRoutes } from "../../src/serve/page/routes.ts";
import {
  readStatusDocument,
  type StatusDocument,
  type StatusRequest,
} from "../../src/serve/status/document.ts";
import { readServiceSettings } from "../../src/service-config.ts";
import { describeSchedule, markHandled } from "../../src/warehouse/schedules.ts";
import { addDays, type Day, dayOf } from "../../src/window.ts";
import { type MetricsUnderTest, openMetrics } from "./metrics-run.ts";
import { createMemoryLogger } from "./pinterest-client.ts";

/** What is copied in it. */
const COPIED = [
  "ad_accounts",
  "campaigns",
  "ad_groups",
  "ads",
  "catalogs",
  "feeds",
  "ad_account_analytics",
  "campaign_analytics",
];
const SCHEDULES = ["entities", "catalogs", "analytics"] as const;
/** Days of metrics that its runs load, today included. */
const DAYS = 12;
const SETTLED_AFTER_DAYS = 30;

/** What somebody may type who hopes that a page takes it for markup. */
export const MARKUP = `<img src="/x" onerror="document.title='taken'"><script>document.title='taken'</script>&lt;b&gt;`;

export interface StatusWorld extends AsyncDisposable {
  readonly metrics: MetricsUnderTest;
  /** The first day of metrics. */
  readonly firstDay: Day;
  /** Ids of its three ad accounts, each of another currency. The first one is called MARKUP. */
  readonly accounts: readonly string[];
  /** One run of everything, as the scheduler begins it and notes it as done. */
  run(): Promise<void>;
  read(request?: Partial<StatusRequest>): Promise<StatusDocument>;
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** The page over HTTP; without a login unless `options` have one. */
  serve(options?: Partial<ServerOptions>): Promise<RunningServer>;
}

/**
 * A warehouse as a service leaves it: everything loaded by schedule but for the campaigns of the second ad account,
 * which Pinterest refuses, with a text that is MARKUP. By the machine's clock, for the database's is the same.
 */
export async function openStatusWorld(): Promise<StatusWorld> {
  const now = Date.now();
  let refused: string | undefined;
  const metrics = await openMetrics({
    now,
    world: { accounts: 3, campaigns: 2, adsPerAdGroup: 1, productGroups: 2, feeds: 1 },
    settings: { startDate: addDays(dayOf(now), 1 - DAYS) },
    alter: ({ url }) =>
      refused !== undefined && url.pathname.endsWith(`/${refused}/campaigns`)
        ? { status: 400, text: JSON.stringify({ code: 1, message: MARKUP }) }
        : undefined,
  });
  const { subject, simulator, resources } = metrics;
  const { adAccounts, accounts } = simulator.world;
  refused = accounts[1]?.id;
  Object.assign(adAccounts[0] ?? {}, { name: MARKUP });
  Object.assign(accounts[0]?.campaigns[0] ?? {}, { name: MARKUP });
  const wanted = resources.filter(({ name }) => COPIED.includes(name));
  const read = (request: Partial<StatusRequest> = {}) =>
    readStatusDocument({
      warehouse: subject.warehouse,
      resources: wanted,
      accountIds: undefined,
      settings: readServiceSettings({ file: readConfigFile("", "", []), webhookUrl: undefined }),
      token: {
        accessToken: undefined,
        appId: simulator.appId,
        appSecret: simulator.appSecret,
        refreshToken: simulator.refreshToken,
      },
      settledAfterDays: SETTLED_AFTER_DAYS,
      now: () => now,
      ...request,
    });
  const servers: RunningServer[] = [];
  return {
    metrics,
    firstDay: addDays(dayOf(now), 1 - DAYS),
    accounts: accounts.map(({ id }) => id),
    read,
    query: (sql) => subject.query(sql),
    run: async () => {
      const { id } = await metrics.run(COPIED, {}, { trigger: "schedule", schedules: SCHEDULES });
      for (const schedule of SCHEDULES)
        await describeSchedule(subject.warehouse, { schedule, expression: "0 6 * * *", timezone: "UTC" });
      await markHandled(subject.warehouse, SCHEDULES, now, id);
    },
    async serve(options = {}) {
      const server = await startServer({
        port: 0,
        login: undefined,
        statusPublic: false,
        logger: createMemoryLogger().logger,
        page: pageRoutes(read),
        readiness: async () => ({ ready: true, checks: [] }),
        metrics: async () => "",
        ...options,
      });
      servers.push(server);
      return server;
    },
    async [Symbol.asyncDispose]() {
      for (const server of servers) await server.close();
      await metrics[Symbol.asyncDispose]();
    },
  };
}
