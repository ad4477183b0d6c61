import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const SCRIPT = fileURLToPath(new URL("embedded-user.ts", import.meta.url));
const readySchema = z.object({ url: z.string(), adopted: z.boolean() });

export interface EmbeddedProcess {
  readonly pid: number;
  readonly url: string;
  readonly adopted: boolean;
  /** Asks it to stop as the connector does, and waits for its end. Gives what else it printed. */
  stop(): Promise<string[]>;
  /** SIGKILL: nothing of its own can run any more. */
  kill(): Promise<void>;
  /** Resolves with what else it printed when it has ended by itself. */
  readonly ended: Promise<string[]>;
}

interface Options {
  readonly script?: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** A process that is already running `startEmbedded`, which may not be ready yet. */
export function spawnEmbedded(directory: string, { script = SCRIPT, ...identity }: Options = {}) {
  const child = spawn(process.execPath, [script, directory], {
    ...identity,
    cwd: "/",
    // A process group of its own, as a terminal gives to a command.
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const lines: string[] = [];
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint += text;
  });
  const output = createInterface({ input: child.stdout });
  const first = new Promise<string>((resolve, reject) => {
    output.once("line", resolve);
    child.once("close", () => reject(new Error(`ended before it was ready: ${complaint}`)));
  });
  // Whoever kills it before it is ready does not ask.
  first.catch(() => undefined);
  output.on("line", (line) => lines.push(line));
  const ended = new Promise<string[]>((resolve) => {
    child.once("close", () => resolve(lines.slice(1)));
  });
  const kill = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  const stop = () => {
    child.stdin.end();
    return ended;
  };
  return { child, first, ended, kill, stop };
}

/** A process that uses the embedded Postgres in `directory`, once it is ready. */
export async function startEmbeddedProcess(directory: string, options?: Options): Promise<EmbeddedProcess> {
  const { child, first, ended, kill, stop } = spawnEmbedded(directory, options);
  const { url, adopted } = readySchema.parse(JSON.parse(await first));
  return { pid: child.pid ?? 0, url, adopted, stop, kill, ended };
}
