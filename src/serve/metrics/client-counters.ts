import { Counter, Gauge, type Registry } from "prom-client";
import type { ClientHooks } from "../../pinterest/client.ts";
import { RATE_CATEGORIES } from "../../resources/define.ts";
import { PREFIX } from "./prefix.ts";

/** All that the client of Pinterest can be asked to tell. */
export type ClientCounters = { readonly [Hook in keyof ClientHooks]-?: NonNullable<ClientHooks[Hook]> };

/** Counts what the client tells. */
export function countClient(registry: Registry): ClientCounters {
  const registers = [registry];
  const calls = new Counter({
    name: `${PREFIX}api_calls_total`,
    help: "Requests sent to Pinterest's API, repeated ones included, by rate-limit category.",
    labelNames: ["category"],
    registers,
  });
  const waits = new Counter({
    name: `${PREFIX}api_wait_seconds_total`,
    help: "Time that requests waited before they were sent, each counted: for a rate limit (rate_limited) or after a failure of Pinterest (backing_off).",
    labelNames: ["category", "reason"],
    registers,
  });
  const remaining = new Gauge({
    name: `${PREFIX}rate_limit_remaining`,
    help: "Requests that Pinterest's last answer left until the reset, by rate-limit category.",
    labelNames: ["category"],
    registers,
  });
  const reset = new Gauge({
    name: `${PREFIX}rate_limit_reset_timestamp_seconds`,
    help: "When that rate limit is filled up again; once this has passed, nothing is known of what remains.",
    labelNames: ["category"],
    registers,
  });
  // A rise from nothing is none to Prometheus: the first wait would not be seen.
  for (const category of RATE_CATEGORIES)
    for (const reason of ["rate_limited", "backing_off"]) waits.inc({ category, reason }, 0);
  return {
    onCall: (category) => calls.inc({ category }),
    // A machine's clock may be set back meanwhile, and a counter that is asked to fall throws.
    onWaited: (category, reason, ms) => waits.inc({ category, reason }, Math.max(0, ms) / 1000),
    onQuota(category, quota) {
      remaining.set({ category }, quota.remaining);
      reset.set({ category }, quota.resetAt / 1000);
    },
  };
}
