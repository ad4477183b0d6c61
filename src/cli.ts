import { Command, CommanderError } from "commander";
import { registerAuth } from "./commands/auth.ts";
import { registerBackfill } from "./commands/backfill.ts";
import { registerCheck } from "./commands/check.ts";
import { registerDemo } from "./commands/demo.ts";
import { registerMigrate } from "./commands/migrate.ts";
import { registerReconcile } from "./commands/reconcile.ts";
import { registerResources } from "./commands/resources.ts";
import { registerSchedule } from "./commands/schedule.ts";
import type { Shell } from "./commands/shell.ts";
import { registerSimulate } from "./commands/simulate.ts";
import { registerStatus } from "./commands/status.ts";
import { registerSync } from "./commands/sync.ts";
import { registerWarehouse } from "./commands/warehouse.ts";
import { wrapIndented } from "./commands/wrap.ts";
import { startedByNpm } from "./config.ts";
import { asConnectorError, type ConnectorError, type ErrorCode } from "./errors.ts";
import { watchNpm } from "./npm-parent.ts";
import { spellCommands } from "./spell-commands.ts";
import { VERSION } from "./version.ts";

const EXIT = { ok: 0, failed: 1, usage: 2 } as const;
/** What to ask, or the configuration, must be changed before anything can be loaded. */
const USAGE_CODES: readonly ErrorCode[] = ["usage", "configuration", "pooled_connection", "day_out_of_reach"];
const SIGNAL_EXIT = { SIGINT: 130, SIGTERM: 143 } as const;
type StopSignal = keyof typeof SIGNAL_EXIT;

const stop = new AbortController();
let stopSignal: StopSignal | undefined;
let exitCode: number = EXIT.ok;
let calm = false;

// Ctrl-C reaches both, and must not count as two signals.
if (startedByNpm()) watchNpm(() => stopSignal ?? onSignal("SIGTERM"));
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => onSignal(name));
// Whoever reads our output may go away early (`| head`, a log shipper that dies). What is written then is lost,
// but the work goes on, and the exit code tells how it ended.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });

try {
  await createProgram().parseAsync();
} catch (error) {
  exitCode = report(error);
}
process.exit(stopSignal && !calm ? SIGNAL_EXIT[stopSignal] : exitCode);

function createProgram(): Command {
  const shell: Shell = {
    signal: stop.signal,
    print: (text) => process.stdout.write(`${spellCommands(text)}\n`),
    printJson: (value) => process.stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    fail: (code = EXIT.failed) => {
      exitCode = code;
    },
    endCalmly: () => {
      calm = true;
    },
  };
  const program = new Command("pinterest-ads")
    .description("Copies Pinterest ads and catalog data into Postgres.")
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError(spellCommands("What there is: pinterest-ads --help"))
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      "after",
      "\nStart with: npx pinterest-ads demo\nExit codes: 0 all loaded, 1 failed or partial, 2 usage or configuration,\n130/143 interrupted",
    );
  for (const register of [
    registerDemo,
    registerCheck,
    registerAuth,
    registerMigrate,
    registerSync,
    registerBackfill,
    registerSchedule,
    registerReconcile,
    registerStatus,
    registerResources,
    registerSimulate,
    registerWarehouse,
  ])
    register(program, shell);
  for (const command of program.commands) command.exitOverride();
  return program;
}

/** The first signal asks the command to stop, the second does not wait for it. */
function onSignal(name: StopSignal): void {
  if (stopSignal) process.exit(SIGNAL_EXIT[name]);
  stopSignal = name;
  stop.abort(name);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const problem = asConnectorError(error);
  // Asked to stop while nothing was under way, it did so.
  if (problem.code === "interrupted" || stopSignal) return calm ? EXIT.ok : EXIT.failed;
  process.stderr.write(describe(problem));
  return USAGE_CODES.includes(problem.code) ? EXIT.usage : EXIT.failed;
}

/** Wrapped for a person; lines for a log stay whole. */
function describe(error: ConnectorError): string {
  const text = [`pinterest-ads: ${error.message}`, error.nextStep].filter(Boolean).join("\n");
  const trace = error.code === "unexpected" ? `${(error.cause as Error)?.stack ?? ""}\n` : "";
  return `${process.stderr.isTTY ? wrapIndented(text, 0) : spellCommands(text)}\n${trace}`;
}
