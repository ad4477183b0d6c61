import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { startSimulator } from "../src/simulator/simulator.ts";
import { withBenchDatabase } from "./database.ts";

/**
 * API calls of a daily refresh: one account of 1,000 campaigns, 5,000 ad groups and 50,000 ads, a lookback of 33 days,
 * metrics of four levels, and the lists of their entities. Counted by the simulator on the second of two syncs.
 */
const CAMPAIGNS = 1000;
const AD_GROUPS_PER_CAMPAIGN = 5;
const ADS_PER_AD_GROUP = 10;
const LEVELS = ["ad_account", "campaign", "ad_group", "ad"];
/** Reports of a large account take their time: each is in progress for so many polls. */
const REPORT_POLLS = 3;
const PROGRAM = fileURLToPath(new URL("../src/pinterest-ads.js", import.meta.url));

const simulator = await startSimulator({
  accounts: 1,
  campaigns: CAMPAIGNS,
  adGroupsPerCampaign: AD_GROUPS_PER_CAMPAIGN,
  adsPerAdGroup: ADS_PER_AD_GROUP,
  deliveringShare: 0.05,
  reportPolls: REPORT_POLLS,
});
const cwd = mkdtempSync(path.join(tmpdir(), "pinterest-ads-bench-"));
const file = path.join(cwd, "connector.yaml");
writeFileSync(file, `analytics:\n  levels: [${LEVELS.join(", ")}]\n`);

async function run(args: readonly string[], url: string): Promise<void> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd,
    env: {
      PATH: process.env["PATH"],
      LOG_FORMAT: "json",
      PINTEREST_API_URL: simulator.url,
      PINTEREST_ACCESS_TOKEN: simulator.accessToken,
      DATABASE_URL: url,
      CONNECTOR_CONFIG: file,
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}`);
}

await withBenchDatabase(async (url) => {
  const sync = ["sync", ...LEVELS.flatMap((level) => ["--resource", `${level}_analytics`])];
  await run(["migrate"], url);
  await run(sync, url);
  const before = simulator.requests.length;
  await run(sync, url);
  const calls = simulator.requests
    .slice(before)
    .filter(({ path: asked }) => !asked.startsWith("/report-files/"));
  const kinds = Map.groupBy(
    calls,
    ({ method, path: asked }) => `${method} ${asked.replace(/\/\d+\//, "/…/")}`,
  );
  for (const [kind, { length }] of kinds) process.stdout.write(`${String(length).padStart(6)}  ${kind}\n`);
  process.stdout.write(`${String(calls.length).padStart(6)}  API calls in all\n`);
});
await simulator.close();
rmSync(cwd, { recursive: true, force: true });
