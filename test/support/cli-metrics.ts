import { type Simulator, type SimulatorOptions, startSimulator } from "../../src/simulator/simulator.ts";
import { addDays, type Day, dayOf } from "../../src/window.ts";
import { type CliOptions, type CliProcess, type CliResult, environmentFor, runCli, startCli } from "./cli.ts";
import { createDatabase, execute } from "./database.ts";
import { SOME_METRICS } from "./metrics-run.ts";
import { findMetricDifferences } from "./metrics-truth.ts";
import { migrateSchema } from "./migrate-schema.ts";

/** The levels that must add up. */
export const FOUR_LEVELS = [
  "ad_account_analytics",
  "campaign_analytics",
  "ad_group_analytics",
  "ad_analytics",
];

/** The four levels, and few days to read again: each of them is asked about as well. */
const FOUR_LEVELS_SECTION = "  levels: [ad_account, campaign, ad_group, ad]\n  lookback_days: 4\n";
const CONCURRENCY = 16;
const SMALL = {
  accounts: 2,
  campaigns: 3,
  adGroupsPerCampaign: 1,
  adsPerAdGroup: 2,
  others: 0,
  deliveringShare: 0.8,
};

export interface CliMetrics extends AsyncDisposable {
  readonly simulator: Simulator;
  readonly url: string;
  /** Runs the program to its end, with words as they are typed. */
  run(command: string, more?: CliOptions): Promise<CliResult>;
  start(command: string, more?: CliOptions): Promise<CliProcess>;
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** See `findMetricDifferences`. */
  differences(from: Day, to: Day, tables?: readonly string[]): Promise<string[]>;
}

export interface CliMetricsOptions {
  readonly world?: SimulatorOptions;
  /** Text of the section `analytics` of the configuration file, its lines indented; see `FOUR_LEVELS_SECTION`. */
  readonly analytics?: string;
}

/** The day so many days before today, by the machine's clock, which the program goes by too. */
export function daysAgo(days: number): Day {
  return addDays(dayOf(Date.now()), -days);
}

/** A simulator and a migrated database in which the program loads metrics, as a process of its own. */
export async function openCliMetrics({ world, analytics }: CliMetricsOptions = {}): Promise<CliMetrics> {
  const database = await createDatabase();
  const { url } = database;
  await migrateSchema(url);
  const simulator = await startSimulator({ ...SMALL, reportPolls: 0, ...world });
  // The first look at a report comes a second after it was ordered; many at a time make a test short.
  const file = `concurrency: ${CONCURRENCY}\nanalytics:\n${analytics ?? FOUR_LEVELS_SECTION}`;
  const options = ({ env, files }: CliOptions = {}): CliOptions => ({
    env: { ...environmentFor(simulator, url), ...env },
    files: { "config/connector.yaml": file, ...files },
  });
  const query = (sql: string) => execute(url, sql);
  return {
    simulator,
    url,
    query,
    run: (command, more) => runCli(command.split(" "), options(more)),
    start: (command, more) => startCli(command.split(" "), options(more)),
    differences: (from, to, tables = FOUR_LEVELS) =>
      findMetricDifferences({ simulator, query }, { tables, from, to, metrics: SOME_METRICS }),
    async [Symbol.asyncDispose]() {
      await simulator.close();
      await database.drop();
    },
  };
}
