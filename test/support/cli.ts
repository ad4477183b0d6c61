import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { Simulator } from "../../src/simulator/simulator.ts";
import { makeScratchFolder } from "./scratch-folder.ts";

const PROGRAM = fileURLToPath(new URL("../../src/pinterest-ads.js", import.meta.url));

/** A configuration that copies no metrics. */
const LISTS_ONLY = fileURLToPath(new URL("lists.yaml", import.meta.url));

export interface CliOptions {
  /** The whole environment, but for what finds and speeds up Node. */
  readonly env?: Readonly<Record<string, string>>;
  /** What lies in the folder it is started in, by relative path: `.env`, `config/connector.yaml`. */
  readonly files?: Readonly<Record<string, string>>;
  /** Somebody sits at stdin; see `type`. */
  readonly attended?: boolean;
}

export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliProcess {
  readonly pid: number;
  readonly signal: (name: NodeJS.Signals) => void;
  /** Writes a line to its stdin. */
  readonly type: (line: string) => void;
  /** What it wrote to stdout so far. */
  readonly output: () => string;
  readonly hasEnded: () => boolean;
  readonly ended: Promise<CliResult>;
}

/** A key for TOKEN_ENCRYPTION_KEY; not secret, as it guards simulated tokens only. */
export const ENCRYPTION_KEY = Buffer.alloc(32, "simulated key ").toString("base64");

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** What the program needs to copy from the simulator into the database. */
export function environmentFor(simulator: Simulator, databaseUrl: string) {
  return {
    PINTEREST_API_URL: simulator.url,
    PINTEREST_APP_ID: simulator.appId,
    PINTEREST_APP_SECRET: simulator.appSecret,
    PINTEREST_REFRESH_TOKEN: simulator.refreshToken,
    DATABASE_URL: databaseUrl,
    TOKEN_ENCRYPTION_KEY: ENCRYPTION_KEY,
  };
}

/** The same for the lists alone. */
export function listsEnvironmentFor(simulator: Simulator, databaseUrl: string) {
  return { ...environmentFor(simulator, databaseUrl), CONNECTOR_CONFIG: LISTS_ONLY };
}

/** Runs the program to its end, in a folder of its own that is removed afterwards. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return (await startCli(args, options)).ended;
}

/** Starts the program as a process of its own, as a user or a container would. */
export async function startCli(args: readonly string[], options: CliOptions = {}): Promise<CliProcess> {
  const folder = await makeFolder(options.files ?? {});
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"],
      // Compiling takes half of the time that a short command takes.
      NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache"),
      ...options.env,
    },
    stdio: [options.attended ? "pipe" : "ignore", "pipe", "pipe"],
  });
  running.add(child);
  let stdout = "";
  let stderr = "";
  const { stdin, stdout: output, stderr: errors } = child;
  if (!output || !errors) throw new Error("the program was started without its outputs");
  output.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  errors.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const closed = new Promise<CliResult>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      running.delete(child);
      resolve({ code, signal, stdout, stderr });
    });
  });
  return {
    pid: child.pid ?? 0,
    signal: (name) => void child.kill(name),
    type: (line) => void stdin?.write(`${line}\n`),
    output: () => stdout,
    hasEnded: () => !running.has(child),
    ended: closed.finally(() => rm(folder, { recursive: true })),
  };
}

async function makeFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await makeScratchFolder();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

/** Fails with everything the program said unless it ended by itself with this code. */
export function expectExit({ code, signal, stdout, stderr }: CliResult, expected: number): void {
  expect({ code, signal }, `${stdout}\n${stderr}`).toEqual({ code: expected, signal: null });
}

/** The log lines of a piped run; fails on anything that is not JSON. */
export function readLog({ stdout }: Pick<CliResult, "stdout">): Record<string, unknown>[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}
