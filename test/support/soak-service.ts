import { setTimeout as sleep } from "node:timers/promises";
import { prepareWarehouse } from "../../src/commands/prepare.ts";
import { startService } from "../../src/commands/service.ts";
import { loadConfig } from "../../src/config.ts";
import { openConfiguredWarehouse } from "../../src/context.ts";
import { keepHeapSmall } from "../../src/heap.ts";
import { createLogger } from "../../src/logger.ts";
import { throwIfAborted } from "../../src/pinterest/interrupted.ts";

/**
 * What `schedule` runs, configured by the environment, on a clock that its parent sets and without a heartbeat of its
 * own. Waiting takes no time, so that months pass in seconds. Started with the first moment (epoch ms) as argument, it
 * tells its address; then it answers messages: `{ at }` is a beat of that moment, answered when what was due is done;
 * `weigh` collects garbage and answers with its memory in bytes; `stop` ends it.
 */
export type SoakMessage = { readonly at: number } | "weigh" | "stop";

/** Whoever waits for time to pass must let others work meanwhile. */
const BREATH_MS = 1;

keepHeapSmall();
let now = Number(process.argv[2]);
const clock = {
  now: () => now,
  async sleep(ms: number, signal?: AbortSignal) {
    throwIfAborted(signal);
    const until = now + ms;
    await sleep(BREATH_MS);
    now = Math.max(now, until);
  },
};
const stop = new AbortController();
const config = loadConfig();
const logger = createLogger({ level: config.logLevel, format: "json", stream: process.stdout });
const open = await openConfiguredWarehouse(config, { signal: stop.signal });
const service = await startService({ config, open, logger, signal: stop.signal, clock });
await prepareWarehouse(config, open, logger, stop.signal);

process.on("message", async (message: SoakMessage) => {
  if (message === "weigh") {
    globalThis.gc?.();
    process.send?.(process.memoryUsage().rss);
  } else if (message === "stop") {
    stop.abort();
    await service.close();
    await open.close();
    process.disconnect();
  } else {
    now = Math.max(now, message.at);
    await service.scheduler.beat();
    await service.scheduler.idle();
    process.send?.("done");
  }
});
process.send?.(service.url);
