import { inspect } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ANALYTICS_FAULT_KINDS, type FaultKind } from "../../src/simulator/fault-kinds.ts";
import type { Simulator } from "../../src/simulator/simulator.ts";
import { type CliMetrics, daysAgo, openCliMetrics } from "../support/cli-metrics.ts";
import { createDatabase, execute } from "../support/database.ts";
import { dumpDatabase } from "../support/dump.ts";
import { findSecrets } from "../support/find-secrets.ts";
import { openMetrics } from "../support/metrics-run.ts";
import { waitUntil } from "../support/wait-until.ts";

const RUNNING_REPORTS = "pinterest_ads_running_reports";
/** What marks an address that works for whoever has it. */
const SIGNATURE_NAME = "X-Amz-Signature";

function listSecrets(simulator: Simulator): string[] {
  return [...simulator.listSecrets(), ...simulator.listReportTokens(), SIGNATURE_NAME];
}

/** What stands in tables, but for those tokens that a later run needs to take a report up. */
async function dumpAllElse(url: string): Promise<string> {
  await execute(url, `delete from ${RUNNING_REPORTS}`);
  return dumpDatabase(url);
}

test.concurrent("whatever becomes of a report, logs, errors and tables hold neither its token nor its address", async () => {
  const database = await createDatabase();
  try {
    await using world = await openMetrics({
      url: database.url,
      settings: { startDate: daysAgo(0), lookbackDays: 1, method: "report" },
      now: Date.now(),
      sync: { schema: "public" },
    });
    const kinds: readonly FaultKind[] = [...ANALYTICS_FAULT_KINDS, "html", "cut_json", "truncated_body"];
    const failed = new Set<string>();
    let errors = "";
    for (const kind of kinds) {
      world.simulator.faults = [{ kind, path: /report/, columns: ["IMPRESSION_1"] }];
      // A report that never ends would be taken up by the next run, and hide what becomes of that one's own.
      await execute(database.url, `delete from ${RUNNING_REPORTS}`);
      const { failures } = await world.run(["ad_account_analytics", "ad_analytics"]);
      errors += inspect(failures, { depth: null });
      if (failures.length > 0) failed.add(kind);
    }
    for (const kind of ["report_failed", "report_stuck", "link_expired", "download_cut", "download_500"])
      expect(failed).toContain(kind);
    expect(world.simulator.listReportTokens().length).toBeGreaterThan(kinds.length);
    const said = `${world.subject.log()}\n${errors}`;
    expect(said).toContain("report download failed");
    const secrets = listSecrets(world.simulator);
    expect(findSecrets(said, secrets)).toEqual([]);
    expect(findSecrets(await dumpAllElse(database.url), secrets)).toEqual([]);
  } finally {
    await database.drop();
  }
});

let world: CliMetrics;
const outputs: string[] = [];

beforeAll(async () => {
  world = await openCliMetrics({ world: { accounts: 1 } });
});

afterAll(() => world?.[Symbol.asyncDispose]());

async function run(command: string, LOG_FORMAT = "json"): Promise<void> {
  const result = await world.run(command, { env: { LOG_LEVEL: "trace", LOG_FORMAT } });
  outputs.push(`$ ${command}`, result.stdout, result.stderr);
}

// Beside the other one, as both wait more than they work.
test.concurrent("the program says nothing of a report's token and address in any format, and keeps the token in one table alone", async () => {
  const window = `--from ${daysAgo(100)} --to ${daysAgo(99)}`;
  for (const format of ["json", "text"]) {
    world.simulator.faults = [
      { kind: "report_failed", count: 1 },
      { kind: "link_expired", count: 1 },
      { kind: "download_cut", count: 1, skip: 1 },
    ];
    await run(`backfill ${window} --restart`, format);
  }
  world.simulator.faults = [{ kind: "report_stuck" }];
  const stuck = await world.start(`backfill ${window} --restart`, { env: { LOG_LEVEL: "trace" } });
  const kept = () => world.query(`select token from ${RUNNING_REPORTS}`);
  await waitUntil("a report is under way", async () => (await kept()).length > 0);
  stuck.signal("SIGTERM");
  const { stdout, stderr } = await stuck.ended;
  outputs.push(stdout, stderr);
  expect(world.simulator.listReportTokens()).toContain((await kept())[0]?.["token"]);
  for (const command of ["status", "status --json", "reconcile --json", `backfill ${window} --dry-run`])
    await run(command);

  const said = outputs.join("\n");
  expect(said).toMatch(/"level":"debug".*"method":"POST","path":"\/ad_accounts\/\d+\/reports"/);
  const secrets = listSecrets(world.simulator);
  expect(findSecrets(said, secrets)).toEqual([]);
  expect(findSecrets(await dumpAllElse(world.url), secrets)).toEqual([]);
});
