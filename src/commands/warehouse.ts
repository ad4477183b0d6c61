import path from "node:path";
import { loadConfig } from "../config.ts";
import { DATA_DIRECTORY } from "../context.ts";
import { ConnectorError } from "../errors.ts";
import { startEmbedded } from "../warehouse/embedded/start.ts";
import { DEMO_DIRECTORY } from "./demo.ts";
import { type RegisterCommand, type Shell, untilStopped } from "./shell.ts";

export const registerWarehouse: RegisterCommand = (program, shell) => {
  program
    .command("warehouse")
    .description("Keep the embedded Postgres running to look inside, until Ctrl-C.")
    .option("--demo", "the one that `demo` filled")
    .action((flags: { demo?: boolean }) => keepWarehouse(flags.demo === true, shell));
};

async function keepWarehouse(demo: boolean, shell: Shell): Promise<void> {
  if (!demo && loadConfig().databaseUrl !== undefined)
    throw new ConnectorError("usage", "DATABASE_URL is set, so there is no embedded warehouse", {
      nextStep: "Connect to your own database, or look at the demo's with: pinterest-ads warehouse --demo",
    });
  const directory = path.join(demo ? DEMO_DIRECTORY : DATA_DIRECTORY, "postgres");
  const server = await startEmbedded({ directory, signal: shell.signal });
  shell.print(`Postgres is up until Ctrl-C. Connect with:\n\n  ${server.psql}\n`);
  await untilStopped(shell);
  await server.stop();
}
