import { readFile, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ConnectorError } from "../../errors.ts";
import { type Files, hasCode, isMissing } from "./files.ts";
import { AS_OURSELVES, runTool } from "./run-tool.ts";
import { isKept } from "./users.ts";

/** What Postgres wrote about itself in postmaster.pid: lines 1, 4 and 8. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** It accepts connections: its port is bound, and recovery after a crash is done. */
  readonly ready: boolean;
}

const POLL_MS = 20;
const FAST_SHUTDOWN_MS = 30_000;
const IMMEDIATE_SHUTDOWN_MS = 10_000;
const KILL_MS = 5_000;
const PS_TIMEOUT_MS = 10_000;

/** The server that postmaster.pid speaks of, running or not. */
export async function readPostmaster(files: Files): Promise<Postmaster | undefined> {
  try {
    const lines = (await readFile(pidFile(files), "utf8")).split("\n");
    const pid = Number(lines[0]);
    if (!(pid > 0)) return undefined;
    return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === "ready" };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Whether that process runs and is the Postgres of this cluster, not one that got a dead one's number. */
export async function isRunning(files: Files, { pid }: Postmaster): Promise<boolean> {
  if (process.platform === "linux") {
    const [program = "", ...args] = await commandLine(pid);
    return basename(program) === "postgres" && args.includes(files.cluster);
  }
  // The keeper's command line, a shell's, holds that of Postgres.
  const text = await listedCommandLine(pid);
  return text.includes(`/postgres -D ${files.cluster} `) && !text.startsWith("/bin/sh");
}

/**
 * Clears the way for a start: ends a Postgres whose keeper was killed, and removes the pid file of a dead one
 * whose number another process has now, at which Postgres would refuse to start. All other remains of a crash
 * are Postgres' own to judge.
 */
export async function clearWay(files: Files): Promise<"nothing" | "stopped" | "removed"> {
  const postmaster = await readPostmaster(files);
  if (postmaster === undefined) return "nothing";
  const running = await isRunning(files, postmaster);
  // Asked last: another connector may be starting Postgres right now, and its pipe is open before its server
  // exists. What runs under a keeper is never touched.
  if (isKept(files)) return "nothing";
  if (running) {
    await endPostmaster(files, postmaster);
    return "stopped";
  }
  if (!exists(postmaster.pid)) return "nothing";
  await rm(pidFile(files), { force: true });
  return "removed";
}

/** Ends a server: fast shutdown, after 30 s by force, from which the next start recovers. */
export async function endPostmaster(files: Files, postmaster: Postmaster): Promise<void> {
  for (const [name, timeoutMs] of [
    ["SIGINT", FAST_SHUTDOWN_MS],
    ["SIGQUIT", IMMEDIATE_SHUTDOWN_MS],
    ["SIGKILL", KILL_MS],
  ] as const) {
    signal(files, postmaster, name);
    if (await waitForEnd(files, postmaster, timeoutMs)) return;
  }
  throw new ConnectorError("embedded_postgres", `Postgres (process ${postmaster.pid}) does not stop.`, {
    nextStep: `Look at ${files.log}, then end that process yourself.`,
  });
}

/** True as soon as the server has ended, false when it still runs after `timeoutMs`. */
async function waitForEnd(files: Files, postmaster: Postmaster, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (await isRunning(files, postmaster)) {
    if (Date.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

function signal(files: Files, { pid }: Postmaster, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (hasCode(error, "ESRCH")) return;
    throw new ConnectorError("embedded_postgres", `Postgres (process ${pid}) belongs to another user.`, {
      nextStep: `It serves ${files.directory}. Stop it as that user, or set DATABASE_URL.`,
      cause: error,
    });
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !hasCode(error, "ESRCH");
  }
}

/** Program and arguments of a process; empty when there is none (or only its zombie). */
async function commandLine(pid: number): Promise<string[]> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0");
  } catch (error) {
    // ESRCH: it ended between opening and reading.
    if (isMissing(error) || hasCode(error, "ESRCH")) return [];
    throw error;
  }
}

/** The same where there is no /proc: in one piece, since `ps` does not tell arguments from spaces in them. */
async function listedCommandLine(pid: number): Promise<string> {
  const args = ["-ww", "-o", "command=", "-p", String(pid)];
  return (await runTool(AS_OURSELVES, "ps", args, { timeoutMs: PS_TIMEOUT_MS })).output;
}

function pidFile(files: Files): string {
  return join(files.cluster, "postmaster.pid");
}
