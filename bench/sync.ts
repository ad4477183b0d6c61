import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { openWarehouse } from "../src/warehouse/database.ts";
import { withBenchDatabase } from "./database.ts";

/**
 * A whole sync of N ads, as a process, against a bare loop that only fetches and parses the same pages.
 * Simulator, connector and loop are processes of their own. Prints seconds, the ratio within one run
 * and the connector's peak memory, for 200,000 ads and for a tenth of them.
 */
const ADS = Number(process.argv[2] ?? 200_000);
const ROUNDS = Number(process.argv[3] ?? 3);
const ADS_PER_GROUP = 100;
const GROUPS_PER_CAMPAIGN = 20;
const PROGRAM = fileURLToPath(new URL("../src/pinterest-ads.js", import.meta.url));
const BENCH = (name: string) => fileURLToPath(new URL(name, import.meta.url));

interface Outcome {
  readonly seconds: number;
  readonly peakMb: number;
  readonly stdout: string;
}

async function run(args: readonly string[], env: Record<string, string>, cwd: string): Promise<Outcome> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, ["--import", BENCH("peak.ts"), ...args], {
    cwd,
    env: { PATH: process.env["PATH"], LOG_FORMAT: "json", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${stdout}${stderr}`);
  const peakMb = Number(/peak_rss_mb=(\d+)/.exec(stderr)?.[1]);
  return { seconds: (performance.now() - startedAt) / 1000, peakMb, stdout };
}

async function withSimulator<T>(ads: number, work: (env: Record<string, string>) => Promise<T>): Promise<T> {
  const campaigns = Math.ceil(ads / ADS_PER_GROUP / GROUPS_PER_CAMPAIGN);
  const sizes = [
    "--accounts",
    1,
    "--campaigns",
    campaigns,
    "--ad-groups",
    GROUPS_PER_CAMPAIGN,
    "--ads",
    ADS_PER_GROUP,
  ];
  const child = spawn(process.execPath, [PROGRAM, "simulate", "--port", "0", ...sizes.map(String)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    let announced = "";
    for await (const chunk of child.stdout) {
      announced += chunk;
      if (announced.includes("Ctrl-C")) break;
    }
    const env = Object.fromEntries(
      [...announced.matchAll(/^(PINTEREST_\w+)=(.+)$/gm)].map((match) => [match[1], match[2]]),
    );
    return await work(env);
  } finally {
    child.kill("SIGKILL");
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function measure(ads: number): Promise<number> {
  const cwd = mkdtempSync(path.join(tmpdir(), "pinterest-ads-bench-"));
  const ratios: number[] = [];
  const peaks: number[] = [];
  const syncs: number[] = [];
  const loops: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1)
    await withBenchDatabase((url) =>
      withSimulator(ads, async (env) => {
        const { PINTEREST_ACCESS_TOKEN = "", PINTEREST_API_URL = "" } = env;
        const connector = { PINTEREST_ACCESS_TOKEN, PINTEREST_API_URL, DATABASE_URL: url };
        await run([PROGRAM, "migrate"], connector, cwd);
        const [account = ""] = await visibleAccounts(env);
        const loop = await run([BENCH("fetch-only.ts")], { ...env, BENCH_ACCOUNT: account }, cwd);
        const sync = await run([PROGRAM, "sync", "--resource", "ads"], connector, cwd);
        if (Number(loop.stdout) !== (await countAds(url)))
          throw new Error("the sync did not load what the loop read");
        loops.push(loop.seconds);
        syncs.push(sync.seconds);
        ratios.push(sync.seconds / loop.seconds);
        peaks.push(sync.peakMb);
      }),
    );
  rmSync(cwd, { recursive: true, force: true });
  process.stdout.write(
    `${ads.toLocaleString("en-US").padStart(9)} ads: sync ${median(syncs).toFixed(1)} s, bare loop ${median(loops).toFixed(1)} s, ` +
      `ratio ${median(ratios).toFixed(2)} (${ratios.map((ratio) => ratio.toFixed(2)).join(" ")}), ` +
      `peak RSS ${median(peaks)} MB (${peaks.join(" ")})\n`,
  );
  return median(peaks);
}

async function visibleAccounts({
  PINTEREST_API_URL,
  PINTEREST_ACCESS_TOKEN,
}: Record<string, string>): Promise<string[]> {
  const answer = await fetch(`${PINTEREST_API_URL}/ad_accounts`, {
    headers: { authorization: `Bearer ${PINTEREST_ACCESS_TOKEN}` },
  });
  const page = (await answer.json()) as { items: { id: string }[] };
  return page.items.map(({ id }) => id);
}

async function countAds(url: string): Promise<number> {
  const warehouse = openWarehouse({ url, schema: "public", connections: 1 });
  const { rows } = await warehouse.knex.raw("select count(*)::int as ads from pinterest_ads_ads");
  await warehouse.close();
  return rows[0].ads;
}

const small = await measure(ADS / 10);
const large = await measure(ADS);
process.stdout.write(
  `peak RSS of ${ADS.toLocaleString("en-US")} ads is ${(large / small).toFixed(2)} x that of a tenth\n`,
);
