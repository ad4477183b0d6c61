import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { readAnalyticsSettings } from "../../src/analytics-config.ts";
import { readConfigFile } from "../../src/config-file.ts";
import { asConnectorError } from "../../src/errors.ts";
import { keepHeapSmall } from "../../src/heap.ts";
import { createLogger } from "../../src/logger.ts";
import { createPinterest } from "../../src/pinterest/client.ts";
import { throwIfAborted } from "../../src/pinterest/interrupted.ts";
import { createTokens } from "../../src/pinterest/tokens.ts";
import { withMetrics } from "../../src/resources/analytics.ts";
import { resources as coreResources } from "../../src/resources/index.ts";
import { createAlerts } from "../../src/serve/alerts/alerts.ts";
import { createLeadership } from "../../src/serve/leadership.ts";
import { createMaintenance } from "../../src/serve/maintenance.ts";
import { createScheduler } from "../../src/serve/scheduler.ts";
import { readServiceSettings } from "../../src/service-config.ts";
import { runSync } from "../../src/sync/run.ts";
import { openWarehouse } from "../../src/warehouse/database.ts";
import { migrate } from "../../src/warehouse/migrate.ts";
import { openTokenStore } from "../../src/warehouse/oauth-tokens.ts";
import { sweepBooks } from "../../src/warehouse/retention.ts";

/**
 * The service as a process of its own, on a clock that its parent sets: each message `{ at }` (epoch ms) is a beat of
 * that moment, answered by `SoakAnswer` when what was due is done; a message `{ at, weigh: true }` collects garbage
 * before it answers, which takes as long as a small run. Waiting takes no time, so that months pass in seconds.
 * Started with one argument, `SoakOptions` as JSON.
 */
export interface SoakOptions {
  readonly databaseUrl: string;
  readonly apiUrl: string;
  readonly appId: string;
  readonly appSecret: string;
  readonly refreshToken: string;
  /** The configuration file. */
  readonly yaml: string;
  readonly start: number;
}

export interface SoakAnswer {
  /** Runs that ended since the last beat: schedules and how each ended. */
  readonly runs: readonly { readonly schedules: readonly string[]; readonly status: string }[];
  /** Bytes, after a collection of garbage if the beat was to be weighed. */
  readonly rss: number;
  /** What warnings and errors were logged since the last beat. */
  readonly log: string;
}

const CONCURRENCY = 4;
const DAY_MS = 86_400_000;
/** Whoever waits for time to pass must let others work meanwhile. */
const BREATH_MS = 1;

keepHeapSmall();
const options: SoakOptions = JSON.parse(process.argv[2] ?? "");
const file = readConfigFile("soak.yaml", options.yaml, []);
const settings = readServiceSettings({ file, webhookUrl: undefined });
const analytics = readAnalyticsSettings(file);
const resources = withMetrics(coreResources, analytics.metrics);
const chosen = resources.filter(({ name }) => file.resources?.includes(name) ?? true);
const stop = new AbortController();
let now = options.start;
let log = "";
const runs: { schedules: readonly string[]; status: string }[] = [];

const clock = {
  now: () => now,
  async sleep(ms: number, signal?: AbortSignal) {
    throwIfAborted(signal);
    const until = now + ms;
    await sleep(BREATH_MS);
    now = Math.max(now, until);
  },
};
const logger = createLogger({ level: "warn", format: "json", stream: process.stdout });
process.stdout.write = (text: string | Uint8Array) => {
  log += text;
  return true;
};

const warehouse = openWarehouse({
  url: options.databaseUrl,
  schema: "public",
  connections: CONCURRENCY + 1,
});
await migrate(warehouse, resources);
const { appId, appSecret } = options;
const shared = { baseUrl: options.apiUrl, version: "0.0.0-soak", logger, clock, random: () => 0 };
const encryptionKey = Buffer.alloc(32, "soak");
const store = openTokenStore({ knex: warehouse.knex, schema: "public", encryptionKey, appId });
const tokens = createTokens({ ...shared, appId, appSecret, seedRefreshToken: options.refreshToken, store });
const pinterest = createPinterest({ ...shared, tokens });
const alerts = createAlerts({
  warehouse,
  resources: chosen,
  accountIds: undefined,
  settings,
  token: { accessToken: undefined, appId, appSecret, refreshToken: options.refreshToken },
  state: () => scheduler.state(),
  logger,
  version: shared.version,
  now: clock.now,
});
const { runsDays, rejectedDays } = settings;

const scheduler = createScheduler({
  id: randomUUID(),
  version: shared.version,
  warehouse,
  leadership: createLeadership(warehouse, stop.signal),
  settings,
  everything: {
    trigger: "schedule",
    resources: chosen,
    accountIds: undefined,
    acceptEmpty: false,
    concurrency: CONCURRENCY,
    analytics,
  },
  async run(request, locks) {
    const { signal } = stop;
    const context = { resources, warehouse, pinterest, logger, version: shared.version, signal, locks };
    const report = await runSync({ ...context, now: clock.now, onEvent: () => undefined }, request);
    runs.push({ schedules: request.schedules ?? [], status: report.status });
    return report;
  },
  ensureToken: () => pinterest.keepTokenAlive(20 * DAY_MS),
  maintain: createMaintenance({
    now: clock.now,
    logger,
    signal: stop.signal,
    describe: asConnectorError,
    jobs: [
      { name: "alerts", everyMs: 0, work: () => alerts.check(stop.signal) },
      {
        name: "retention",
        everyMs: DAY_MS,
        work: () => sweepBooks(warehouse, { runsDays, rejectedDays, signal: stop.signal }),
      },
    ],
  }),
  now: clock.now,
  logger,
  signal: stop.signal,
});

process.on("message", async (message: { at: number; weigh: boolean } | "stop") => {
  if (message === "stop") {
    stop.abort();
    await scheduler.close();
    await pinterest.close();
    await warehouse.close();
    process.disconnect();
    return;
  }
  now = Math.max(now, message.at);
  await scheduler.beat();
  await scheduler.idle();
  if (message.weigh) globalThis.gc?.();
  const answer: SoakAnswer = { runs: runs.splice(0), rss: process.memoryUsage().rss, log };
  log = "";
  process.send?.(answer);
});
process.send?.("ready");
