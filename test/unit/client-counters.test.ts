import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { countClient } from "../../src/serve/metrics/client-counters.ts";
import { readScrape } from "../support/scrape.ts";

test("a wait during which the clock was set back counts as none, and hurts nobody", async () => {
  const registry = new Registry();
  const { onWaited } = countClient(registry);
  onWaited("ads_read", "rate_limited", -3_600_000);
  onWaited("ads_read", "rate_limited", 2500);
  const waits = readScrape(await registry.metrics()).read("pinterest_ads_api_wait_seconds_total");
  const { "category=ads_read reason=rate_limited": waited, ...others } = waits;
  expect(waited).toBe(2.5);
  // They are there from the start: a rise from nothing is none to Prometheus.
  expect(Object.keys(others)).toHaveLength(5);
  expect(new Set(Object.values(others))).toEqual(new Set([0]));
});
