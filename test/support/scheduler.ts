import { randomUUID } from "node:crypto";
import { readAnalyticsSettings } from "../../src/analytics-config.ts";
import { readConfigFile } from "../../src/config-file.ts";
import { resources } from "../../src/resources/index.ts";
import { createLeadership } from "../../src/serve/schedule/leadership.ts";
import {
  createScheduler,
  type Scheduler,
  type SchedulerOptions,
} from "../../src/serve/schedule/scheduler.ts";
import { readServiceSettings } from "../../src/service-config.ts";
import type { RunReport } from "../../src/sync/run.ts";
import type { SyncRequest } from "../../src/sync/run-state.ts";
import { openWarehouse } from "../../src/warehouse/database.ts";
import { NO_TOTALS } from "../../src/warehouse/runs.ts";
import { createMemoryLogger } from "./pinterest-client.ts";
import type { TestWarehouse } from "./test-warehouse.ts";

export interface SchedulerUnderTest extends AsyncDisposable {
  readonly scheduler: Scheduler;
  /** What was run, oldest first: names of the schedules. */
  readonly ran: (readonly string[])[];
  readonly requests: SyncRequest[];
  /** Sets the clock, looks, and waits until what was due is done. */
  at(moment: string): Promise<void>;
  /** The same for every minute up to a moment. */
  until(moment: string): Promise<void>;
  /** Only looks. */
  beat(): Promise<void>;
  set(moment: string): void;
  stop(): void;
  log(): string;
}

export interface SchedulerTestOptions
  extends Partial<Pick<SchedulerOptions, "run" | "ensureToken" | "maintain" | "onLook" | "hangingMs">> {
  /** The lock that makes it lead goes another way to the database than everything else. */
  readonly leadershipUrl?: string;
}

const MINUTE_MS = 60_000;

/** The section `schedule` and what else a configuration file holds, as YAML. */
export function settingsOf(yaml: string) {
  const problems: string[] = [];
  const file = readConfigFile("connector.yaml", yaml, problems);
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return readServiceSettings({ file, webhookUrl: undefined });
}

export function succeeded(id: string = randomUUID()): RunReport {
  return {
    id,
    status: "succeeded",
    totals: NO_TOTALS,
    error: undefined,
    failures: [],
    windows: { planned: 0, loadedBefore: 0 },
  };
}

/**
 * A scheduler on a real warehouse, with locks and books of its own process, on a clock that is set by hand.
 * What it runs is a note in `ran` unless `run` says otherwise.
 */
export function openScheduler(
  db: Pick<TestWarehouse, "url">,
  yaml: string,
  { leadershipUrl, ...options }: SchedulerTestOptions = {},
): SchedulerUnderTest {
  // Pools of its own, as another process would have.
  const warehouse = openWarehouse({ url: db.url, schema: "public", connections: 3 });
  const locking = openWarehouse({ url: leadershipUrl ?? db.url, schema: "public", connections: 1 });
  const { logger, log } = createMemoryLogger();
  const stop = new AbortController();
  const ran: (readonly string[])[] = [];
  const requests: SyncRequest[] = [];
  let now = 0;
  const run = options.run ?? (async () => succeeded());
  const scheduler = createScheduler({
    id: randomUUID(),
    version: "0.0.0-test",
    warehouse,
    leadership: createLeadership(locking, stop.signal),
    settings: settingsOf(yaml),
    everything: {
      trigger: "schedule",
      resources,
      accountIds: undefined,
      acceptEmpty: false,
      concurrency: 4,
      analytics: readAnalyticsSettings(readConfigFile("", "", [])),
    },
    ensureToken: async () => undefined,
    maintain: async () => undefined,
    onLook: async () => undefined,
    ...options,
    run: (request, locks) => {
      requests.push(request);
      ran.push(request.schedules ?? []);
      return run(request, locks);
    },
    now: () => now,
    logger,
    signal: stop.signal,
  });
  const at = async (ms: number) => {
    now = ms;
    await scheduler.beat();
    await scheduler.idle();
  };
  return {
    scheduler,
    ran,
    requests,
    log,
    at: (moment) => at(Date.parse(moment)),
    async until(moment) {
      const end = Date.parse(moment);
      while (now < end) await at(now + MINUTE_MS);
    },
    beat: () => scheduler.beat(),
    set(moment) {
      now = Date.parse(moment);
    },
    stop: () => stop.abort(),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await scheduler.close();
      await warehouse.close();
      await locking.close();
    },
  };
}
