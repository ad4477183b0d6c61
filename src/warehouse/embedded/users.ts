import { closeSync, constants, openSync, statSync, writeSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { ConnectorError } from "../../errors.ts";
import { type Files, hasCode, isMissing } from "./files.ts";
import { AS_OURSELVES, runTool } from "./run-tool.ts";

/**
 * The pipe of users. Every process that uses the warehouse holds its writing end; the keeper reads it. The
 * kernel closes a process's end however the process ends, so the keeper learns when the last one has gone.
 */
const MKFIFO_TIMEOUT_MS = 10_000;

export async function ensurePipe(files: Files): Promise<void> {
  if (isPipe(files.users)) return;
  // A copy of the directory may hold an ordinary file instead.
  const draft = `${files.users}.${process.pid}`;
  await rm(draft, { force: true });
  const { code, output } = await runTool(AS_OURSELVES, "mkfifo", ["-m", "600", draft], {
    timeoutMs: MKFIFO_TIMEOUT_MS,
  });
  if (code !== 0) {
    throw new ConnectorError("embedded_postgres", `No named pipe can be made: ${output.trim()}`, {
      nextStep: "Put the project on a local file system, or set DATABASE_URL to a Postgres of your own.",
    });
  }
  if (isPipe(files.users)) await rm(draft);
  else await rename(draft, files.users);
}

/** The writing end, as a file descriptor; undefined while no keeper reads. */
export function joinUsers(files: Files): number | undefined {
  try {
    return openSync(files.users, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (hasCode(error, "ENXIO", "ENOENT")) return undefined;
    throw error;
  }
}

/** Both ends, for the process that starts the keeper; the reading end is to be the keeper's standard input. */
export function openUsers(files: Files): { reader: number; writer: number } {
  // Opening either end waits for the other, unless asked not to; but the keeper's own must be a waiting one.
  const opener = openSync(files.users, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const writer = openSync(files.users, constants.O_WRONLY | constants.O_NONBLOCK);
    return { writer, reader: openSync(files.users, constants.O_RDONLY) };
  } finally {
    closeSync(opener);
  }
}

/** Says who joined; the keeper repeats it in the log. False when no keeper reads any more. */
export function announceUser(writer: number, name: string): boolean {
  try {
    writeSync(writer, `${name}\n`);
    return true;
  } catch (error) {
    if (hasCode(error, "EPIPE")) return false;
    throw error;
  }
}

/** Whether a keeper still reads the pipe. */
export function isKept(files: Files): boolean {
  const probe = joinUsers(files);
  if (probe === undefined) return false;
  closeSync(probe);
  return true;
}

function isPipe(path: string): boolean {
  try {
    return statSync(path).isFIFO();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
