import { loadConfig } from "../config.ts";
import { openConfiguredWarehouse } from "../context.ts";
import { plural } from "../counting.ts";
import { checkConnection } from "../warehouse/database.ts";
import { migrate } from "../warehouse/migrate.ts";
import { openDisplay } from "./display.ts";
import { configuredResources } from "./select.ts";
import type { RegisterCommand, Shell } from "./shell.ts";

export const registerMigrate: RegisterCommand = (program, shell) => {
  program
    .command("migrate")
    .description("Create or update the tables.")
    .option("--dry-run", "print what would be done, change nothing")
    .action((flags: { dryRun?: boolean }) => runMigrate(flags.dryRun === true, shell));
};

async function runMigrate(dryRun: boolean, shell: Shell): Promise<void> {
  const config = loadConfig();
  const { interactive, logger } = openDisplay(config, { product: dryRun });
  const open = await openConfiguredWarehouse(config, { signal: shell.signal });
  try {
    await checkConnection(open.warehouse);
    const { migrations, statements } = await migrate(open.warehouse, configuredResources(config), {
      dryRun,
      signal: shell.signal,
    });
    const done = migrations.length + statements.length === 0;
    if (dryRun) {
      for (const name of migrations) shell.print(`-- migrations/${name}`);
      for (const statement of statements) shell.print(`${statement};`);
      if (done) shell.print("-- nothing to do");
    } else if (interactive) {
      const what = `${plural(migrations.length, "migration")} and ${plural(statements.length, "statement")}`;
      shell.print(
        done ? "Nothing to do: the tables are up to date." : `Ran ${what} in schema "${config.schema}".`,
      );
    } else {
      logger.info({ schema: config.schema, migrations, statements: statements.length }, "warehouse migrated");
    }
  } finally {
    await open.close();
  }
}
