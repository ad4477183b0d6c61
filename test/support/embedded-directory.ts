import { chmod, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { waitUntil } from "./wait-until.ts";

/** A directory for an embedded Postgres; removed when the test has finished and nothing runs in it any more. */
export async function embeddedDirectory(mode = 0o711): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "pinterest-ads-test-"));
  await chmod(directory, mode);
  onTestFinished(async () => {
    await waitUntilNothingRuns(directory);
    await rm(directory, { recursive: true });
  });
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
