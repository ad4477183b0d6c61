import { randomBytes } from "node:crypto";
import path from "node:path";
import { readAnalyticsSettings } from "../analytics-config.ts";
import type { Config } from "../config.ts";
import { readConfigFile } from "../config-file.ts";
import { DATA_DIRECTORY, type OpenWarehouse, openConfiguredWarehouse } from "../context.ts";
import { formatAmount, formatCount } from "../counting.ts";
import { parseEnvironment } from "../environment.ts";
import { type Simulator, startSimulator } from "../simulator/simulator.ts";
import { readCampaignPerformance } from "../warehouse/campaign-performance.ts";
import { migrate } from "../warehouse/migrate.ts";
import { addDays, dayOf } from "../window.ts";
import { openDisplay } from "./display.ts";
import { load } from "./load.ts";
import { configuredResources, selectResources } from "./select.ts";
import type { RegisterCommand, Shell } from "./shell.ts";
import { renderTable } from "./table.ts";

/** The demo's data stays apart from a real embedded warehouse, so that made-up rows never mix with true ones. */
export const DEMO_DIRECTORY = path.join(DATA_DIRECTORY, "demo");

const CAMPAIGNS_SHOWN = 8;
/** Days of the table that is shown, today included. */
const DAYS_SHOWN = 30;
/** Nobody limits the simulator's rates, and what a demo shows should be there soon. */
const CONCURRENCY = 8;

export const registerDemo: RegisterCommand = (program, shell) => {
  program
    .command("demo")
    .description("Fill a local Postgres from a simulated Pinterest, without any credentials.")
    .action(() => demo(shell));
};

async function demo(shell: Shell): Promise<void> {
  // A token of its own per start: the warehouse holds one that an earlier simulator rotated, which this one never saw.
  const refreshToken = `pinr_demo_${randomBytes(16).toString("hex")}`;
  const simulator = await startSimulator({ refreshToken, reportPolls: 0 });
  try {
    const config = demoConfig(simulator);
    const open = await openConfiguredWarehouse(config, { directory: DEMO_DIRECTORY, signal: shell.signal });
    try {
      await fill(config, open, shell);
    } finally {
      await open.close();
    }
  } finally {
    await simulator.close();
  }
}

async function fill(config: Config, open: OpenWarehouse, shell: Shell): Promise<void> {
  await migrate(open.warehouse, configuredResources(config), { signal: shell.signal });
  const request = {
    trigger: "demo",
    resources: selectResources(undefined, config),
    accountIds: undefined,
    acceptEmpty: false,
    concurrency: config.file.concurrency,
    analytics: readAnalyticsSettings(config.file),
  } as const;
  const display = openDisplay(config, { product: true });
  const { report, summary } = await load(config, open, display, shell, request, {
    directory: DEMO_DIRECTORY,
  });
  shell.print(summary);
  if (report.status !== "succeeded") return shell.fail();
  shell.print(await renderPerformance(open));
  shell.print(renderNextSteps(open));
}

function demoConfig(simulator: Simulator): Config {
  return {
    ...parseEnvironment({}, new Set(), []),
    appId: simulator.appId,
    appSecret: simulator.appSecret,
    refreshToken: simulator.refreshToken,
    apiUrl: simulator.url,
    file: readConfigFile("", demoConfigFile(), []),
  };
}

/** Few days, because a first look needs no more; as many as are shown, and what the lookback reads anyway. */
function demoConfigFile(): string {
  const start = addDays(dayOf(Date.now()), 1 - DAYS_SHOWN);
  return `concurrency: ${CONCURRENCY}\nanalytics:\n  start_date: ${start}\n`;
}

async function renderPerformance({ warehouse }: OpenWarehouse): Promise<string> {
  const to = dayOf(Date.now());
  const window = { from: addDays(to, 1 - DAYS_SHOWN), to };
  const campaigns = await readCampaignPerformance(warehouse, window, CAMPAIGNS_SHOWN);
  const right = (title: string) => ({ title, align: "right" as const });
  const columns = [
    { title: "campaign" },
    right("spend"),
    { title: "" },
    ...["impressions", "clicks", "conversions"].map(right),
  ];
  const rows = campaigns.map((row) => [
    row.campaign ?? "",
    formatAmount(Number(row.spend)),
    row.currency ?? "",
    ...[row.impressions, row.clicks, row.conversions].map((count) => formatCount(Number(count))),
  ]);
  const title = `Last ${DAYS_SHOWN} days, most spend first (pinterest_ads_campaign_performance):`;
  return `\n${title}\n\n${renderTable(columns, rows, "cut")}`;
}

function renderNextSteps({ embedded }: OpenWarehouse): string {
  return [
    "",
    "Look inside (Postgres stops with each command; this keeps it up until Ctrl-C):",
    "",
    "  pinterest-ads warehouse --demo",
    `  ${embedded?.psql ?? ""}`,
    "",
    "Next, your own account: put PINTEREST_APP_ID, PINTEREST_APP_SECRET and",
    "PINTEREST_REFRESH_TOKEN into .env (the README says where they come from), then:",
    "",
    "  pinterest-ads migrate && pinterest-ads check && pinterest-ads sync",
  ].join("\n");
}
