import { randomBytes } from "node:crypto";
import { InvalidArgumentError } from "commander";
import { startSimulator } from "../simulator/simulator.ts";
import { type RegisterCommand, type Shell, untilStopped } from "./shell.ts";

interface SimulateFlags {
  host: string;
  port: number;
  accounts?: number;
  campaigns?: number;
  adGroups?: number;
  ads?: number;
  seed?: number;
}

const DEFAULT_HOST = "127.0.0.1";
const DEFAULT_PORT = 4010;

export const registerSimulate: RegisterCommand = (program, shell) => {
  program
    .command("simulate")
    .description("Serve a local Pinterest with made-up data, until Ctrl-C.")
    .option("--host <address>", "address to listen on; 0.0.0.0 lets other machines in", DEFAULT_HOST)
    .option("--port <n>", "port", wholeNumber, DEFAULT_PORT)
    .option("--accounts <n>", "ad accounts", wholeNumber)
    .option("--campaigns <n>", "campaigns per account", wholeNumber)
    .option("--ad-groups <n>", "ad groups per campaign", wholeNumber)
    .option("--ads <n>", "ads per ad group", wholeNumber)
    .option("--seed <n>", "another seed makes other data", wholeNumber)
    .action((flags: SimulateFlags) => simulate(flags, shell));
};

async function simulate(flags: SimulateFlags, shell: Shell): Promise<void> {
  const { adGroups: adGroupsPerCampaign, ads: adsPerAdGroup, ...same } = flags;
  const simulator = await startSimulator({
    // A warehouse remembers a token that an earlier simulator refused, and would not try the same again.
    refreshToken: `pinr_simulated_${randomBytes(16).toString("hex")}`,
    ...same,
    ...(adGroupsPerCampaign === undefined ? {} : { adGroupsPerCampaign }),
    ...(adsPerAdGroup === undefined ? {} : { adsPerAdGroup }),
  });
  shell.print(
    [
      "A simulated Pinterest is up. Put this into .env to sync from it:",
      "",
      `PINTEREST_API_URL=${simulator.url}`,
      `PINTEREST_APP_ID=${simulator.appId}`,
      `PINTEREST_APP_SECRET=${simulator.appSecret}`,
      `PINTEREST_REFRESH_TOKEN=${simulator.refreshToken}`,
      "",
      "or, to ask it by hand:",
      "",
      `PINTEREST_ACCESS_TOKEN=${simulator.accessToken}`,
      "",
      "Ctrl-C stops it.",
    ].join("\n"),
  );
  await untilStopped(shell);
  await simulator.close();
}

function wholeNumber(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError("Give a whole number.");
  return Number(value);
}
