import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";
import { readReportRows } from "../src/pinterest/report-rows.ts";
import { CORE_METRICS, metrics } from "../src/resources/metrics.ts";
import { openWarehouse, withConnection } from "../src/warehouse/database.ts";
import { withBenchDatabase } from "./database.ts";

/**
 * A report of 300,000 rows × 60 metrics, from the simulator into the warehouse: (1) the whole `backfill` as a process
 * against a bare COPY of the same rows into the same keyed table, (2) the streaming parser against JSON.parse of the
 * whole text, (3) the peak memory of the process, and that of a report of a tenth of the rows.
 */
const ROWS = Number(process.argv[2] ?? 300_000);
const ROUNDS = Number(process.argv[3] ?? 3);
const METRICS = 60;
const DAYS = 30;
/** Of the days of all ads: those in draft never deliver, and some days are found invalid. */
const DELIVERED_SHARE = 0.52;
const TABLE = "pinterest_ads_ad_analytics";
const DAY_MS = 86_400_000;
const PROGRAM = fileURLToPath(new URL("../src/pinterest-ads.js", import.meta.url));
const BENCH = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** The core metrics and as many others that add up as make 60. */
const names = [
  ...new Set([
    ...CORE_METRICS,
    ...[...metrics.values()].filter(({ additive, report }) => additive && report).map(({ name }) => name),
  ]),
].slice(0, METRICS);
const day = (back: number) => new Date(Date.now() - back * DAY_MS).toISOString().slice(0, 10);
const window = { from: day(DAYS + 4), to: day(5) };

interface Place {
  readonly url: string;
  readonly token: string;
  readonly account: string;
}

async function withSimulator<T>(ads: number, work: (place: Place) => Promise<T>): Promise<T> {
  const child = spawn(process.execPath, [BENCH("report-simulator.ts"), String(ads)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [line] = await once(child.stdout, "data");
    return await work(JSON.parse(String(line)));
  } finally {
    child.kill("SIGKILL");
  }
}

async function run(args: readonly string[], env: Record<string, string>, cwd: string) {
  const startedAt = performance.now();
  const child = spawn(process.execPath, ["--import", BENCH("peak.ts"), PROGRAM, ...args], {
    cwd,
    env: { PATH: process.env["PATH"], LOG_FORMAT: "json", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${output}`);
  const seconds = (performance.now() - startedAt) / 1000;
  return { seconds, peakMb: Number(/peak_rss_mb=(\d+)/.exec(output)?.[1]) };
}

/** The same rows again by a bare COPY, from memory into the emptied table: what loading cannot beat. */
async function timeCopy(url: string): Promise<{ rows: number; seconds: number }> {
  const warehouse = openWarehouse({ url, schema: "public", connections: 1 });
  try {
    return await withConnection(warehouse, async (client) => {
      const chunks: Buffer[] = [];
      for await (const chunk of client.query(copyTo(`copy ${TABLE} to stdout`))) chunks.push(chunk);
      await client.query(`truncate ${TABLE}`);
      const startedAt = performance.now();
      const stream = client.query(copyFrom(`copy ${TABLE} from stdin`));
      for (const chunk of chunks) if (!stream.write(chunk)) await once(stream, "drain");
      stream.end();
      await once(stream, "finish");
      const seconds = (performance.now() - startedAt) / 1000;
      const { rows } = await client.query(`select count(*)::int as n from ${TABLE}`);
      return { rows: rows[0].n, seconds };
    });
  } finally {
    await warehouse.close();
  }
}

async function downloadReport({ url, token, account }: Place): Promise<Buffer> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const body = JSON.stringify({
    start_date: window.from,
    end_date: window.to,
    granularity: "DAY",
    level: "PIN_PROMOTION",
    columns: ["AD_ID", "AD_GROUP_ID", "CAMPAIGN_ID", ...names],
    report_format: "JSON",
  });
  const reports = `${url}/ad_accounts/${account}/reports`;
  const ordered = (await (await fetch(reports, { method: "POST", headers, body })).json()) as {
    token: string;
  };
  const status = await fetch(`${reports}?token=${encodeURIComponent(ordered.token)}`, { headers });
  const finished = (await status.json()) as { url: string };
  return Buffer.from(await (await fetch(finished.url)).arrayBuffer());
}

/** MB/s of the streaming parser and of JSON.parse of the whole text, over the same bytes in chunks of a socket's size. */
async function compareParsers(body: Buffer): Promise<{ streaming: number; whole: number; rows: number }> {
  const CHUNK = 64 * 1024;
  const megabytes = body.length / 1e6;
  async function* chunks() {
    for (let start = 0; start < body.length; start += CHUNK) yield body.subarray(start, start + CHUNK);
  }
  let rows = 0;
  const first = performance.now();
  for await (const batch of readReportRows(chunks())) rows += batch.length;
  const second = performance.now();
  JSON.parse(body.toString("utf8"));
  const third = performance.now();
  return {
    streaming: megabytes / ((second - first) / 1000),
    whole: megabytes / ((third - second) / 1000),
    rows,
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function describe(values: readonly number[], digits = 2): string {
  return `${median(values).toFixed(digits)} (${values.map((value) => value.toFixed(digits)).join(" ")})`;
}

async function measure(rows: number): Promise<number> {
  const cwd = mkdtempSync(path.join(tmpdir(), "pinterest-ads-bench-"));
  const file = path.join(cwd, "connector.yaml");
  writeFileSync(file, `analytics:\n  metrics: [${names.join(", ")}]\n`);
  const ratios: number[] = [];
  const parsers: number[] = [];
  const peaks: number[] = [];
  const rates: number[] = [];
  const copies: number[] = [];
  let loaded = 0;
  for (let round = 0; round < ROUNDS; round += 1)
    await withBenchDatabase((url) =>
      withSimulator(Math.ceil(rows / DAYS / DELIVERED_SHARE), async (place) => {
        const env = {
          PINTEREST_ACCESS_TOKEN: place.token,
          PINTEREST_API_URL: place.url,
          DATABASE_URL: url,
          CONNECTOR_CONFIG: file,
        };
        await run(["migrate"], env, cwd);
        await run(["sync", "--resource", "ads"], env, cwd);
        const span = ["--from", window.from, "--to", window.to];
        const backfill = await run(["backfill", "--resource", "ad_analytics", ...span], env, cwd);
        const copy = await timeCopy(url);
        loaded = copy.rows;
        rates.push(copy.rows / backfill.seconds);
        copies.push(copy.rows / copy.seconds);
        ratios.push(copy.seconds / backfill.seconds);
        peaks.push(backfill.peakMb);
        const parser = await compareParsers(await downloadReport(place));
        if (parser.rows !== copy.rows)
          throw new Error(`the report has ${parser.rows} rows, the table ${copy.rows}`);
        parsers.push(parser.streaming / parser.whole);
      }),
    );
  rmSync(cwd, { recursive: true, force: true });
  process.stdout.write(
    [
      `${loaded.toLocaleString("en-US")} rows x ${names.length} metrics, ${ROUNDS} rounds`,
      `  backfill, from start to end of the process  ${Math.round(median(rates)).toLocaleString("en-US")} rows/s, bare COPY ${Math.round(median(copies)).toLocaleString("en-US")} rows/s, ratio ${describe(ratios)}`,
      `  streaming parser against JSON.parse         ratio ${describe(parsers)}`,
      `  peak RSS                                    ${describe(peaks, 0)} MB`,
      "",
    ].join("\n"),
  );
  return median(peaks);
}

const small = await measure(ROWS / 10);
const large = await measure(ROWS);
process.stdout.write(
  `peak RSS of ${ROWS.toLocaleString("en-US")} rows is ${(large / small).toFixed(2)} x that of a tenth\n`,
);
