import { randomBytes } from "node:crypto";
import path from "node:path";
import { readAnalyticsSettings } from "../analytics-config.ts";
import type { Config } from "../config.ts";
import { readConfigFile } from "../config-file.ts";
import { DATA_DIRECTORY, type OpenWarehouse, openConfiguredWarehouse } from "../context.ts";
import { type Simulator, startSimulator } from "../simulator/simulator.ts";
import { readCampaignSample } from "../warehouse/campaign-sample.ts";
import { migrate } from "../warehouse/migrate.ts";
import { openDisplay } from "./display.ts";
import { load } from "./load.ts";
import { configuredResources, selectResources } from "./select.ts";
import type { RegisterCommand, Shell } from "./shell.ts";
import { renderTable } from "./table.ts";

/** The demo's data stays apart from a real embedded warehouse, so that made-up rows never mix with true ones. */
export const DEMO_DIRECTORY = path.join(DATA_DIRECTORY, "demo");

const CAMPAIGNS_SHOWN = 8;

export const registerDemo: RegisterCommand = (program, shell) => {
  program
    .command("demo")
    .description("Fill a local Postgres from a simulated Pinterest, without any credentials.")
    .action(() => demo(shell));
};

async function demo(shell: Shell): Promise<void> {
  // A token of its own per start: the warehouse holds one that an earlier simulator rotated, which this one never saw.
  const simulator = await startSimulator({ refreshToken: `pinr_demo_${randomBytes(16).toString("hex")}` });
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
  const { report, summary } = await load(config, open, display, shell, request, DEMO_DIRECTORY);
  shell.print(summary);
  if (report.status !== "succeeded") return shell.fail();
  shell.print(await renderCampaigns(open));
  shell.print(renderNextSteps(open));
}

function demoConfig(simulator: Simulator): Config {
  return {
    appId: simulator.appId,
    appSecret: simulator.appSecret,
    refreshToken: simulator.refreshToken,
    accessToken: undefined,
    adAccountIds: undefined,
    apiUrl: simulator.url,
    databaseUrl: undefined,
    schema: "public",
    encryptionKey: undefined,
    configFile: undefined,
    logLevel: "info",
    logFormat: undefined,
    file: readConfigFile("", "", []),
  };
}

async function renderCampaigns({ warehouse }: OpenWarehouse): Promise<string> {
  const campaigns = await readCampaignSample(warehouse, CAMPAIGNS_SHOWN);
  const columns = [
    { title: "campaign" },
    { title: "account" },
    { title: "objective" },
    { title: "status" },
    { title: "ads", align: "right" as const },
  ];
  const rows = campaigns.map((row) => [
    row.name ?? "",
    row.account ?? "",
    row.objective_type ?? "",
    row.summary_status ?? "",
    String(row.ads),
  ]);
  return `\nSome campaigns (pinterest_ads_campaigns):\n\n${renderTable(columns, rows, "cut")}`;
}

function renderNextSteps({ embedded }: OpenWarehouse): string {
  return [
    "",
    "Look inside (Postgres stops with each command; this keeps it running until Ctrl-C):",
    "",
    "  npx pinterest-ads warehouse --demo",
    `  ${embedded?.psql ?? ""}`,
    "",
    "Next, your own account: put PINTEREST_APP_ID, PINTEREST_APP_SECRET and",
    "PINTEREST_REFRESH_TOKEN into .env (the README says where they come from), then:",
    "",
    "  npx pinterest-ads migrate && npx pinterest-ads check && npx pinterest-ads sync",
  ].join("\n");
}
