import { execFile } from "node:child_process";
import { chmod, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, onTestFinished } from "vitest";
import { startEmbedded } from "../../src/warehouse/embedded/start.ts";
import { makeScratchFolder } from "./scratch-folder.ts";
import { waitUntil } from "./wait-until.ts";

let template: Promise<string> | undefined;

afterAll(async () => {
  if (template) await rm(await template, { recursive: true });
});

/**
 * A directory for an embedded Postgres, see `makeScratchFolder`; removed when the test has finished and nothing runs in
 * it any more.
 */
export async function embeddedDirectory(mode = 0o711, where?: string): Promise<string> {
  const directory = await makeScratchFolder(where);
  await chmod(directory, mode);
  onTestFinished(async () => {
    await waitUntilNothingRuns(directory);
    await rm(directory, { recursive: true });
  });
  return directory;
}

/**
 * The same with a cluster in it that was started and stopped before: a copy of one per test file, as initialising takes
 * ten times as long.
 */
export async function initialisedDirectory(mode?: number): Promise<string> {
  const directory = await embeddedDirectory(mode);
  template ??= initialise();
  const source = await template;
  const parts = (await readdir(source)).map((name) => join(source, name));
  // With owners, modes and the named pipe.
  await promisify(execFile)("cp", ["-a", ...parts, directory]);
  return directory;
}

async function initialise(): Promise<string> {
  const directory = await makeScratchFolder();
  await chmod(directory, 0o711);
  await (await startEmbedded({ directory, port: 0 })).stop();
  return directory;
}

/** Waits until no process is left whose command line names the directory: Postgres, keeper, initdb, users. */
export async function waitUntilNothingRuns(directory: string): Promise<void> {
  await waitUntil(`nothing runs in ${directory}`, async () => (await runningIn(directory)).length === 0);
}

/** The numbers of the processes whose command line names the directory. */
export async function runningIn(directory: string): Promise<number[]> {
  const pids = (await readdir("/proc")).map(Number).filter((pid) => pid > 0 && pid !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid) => ((await commandLine(pid)).includes(directory) ? pid : 0)),
  );
  return found.filter((pid) => pid > 0);
}

/** The keeper of the Postgres in the directory: the shells among its processes. */
export async function keepersOf(directory: string): Promise<number[]> {
  const pids = await runningIn(directory);
  const lines = await Promise.all(pids.map(commandLine));
  return pids.filter((_, index) => lines[index]?.startsWith("/bin/sh"));
}

/** The first line of postmaster.pid. */
export async function postmasterOf(directory: string): Promise<number> {
  return Number.parseInt(await readFile(join(directory, "cluster", "postmaster.pid"), "utf8"), 10);
}

async function commandLine(pid: number): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/cmdline`, "utf8");
  } catch (error) {
    // It ended meanwhile.
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH"))
      return "";
    throw error;
  }
}
