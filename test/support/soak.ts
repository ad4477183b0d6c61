import { fork } from "node:child_process";
import { once } from "node:events";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Simulator } from "../../src/simulator/simulator.ts";
import { environmentFor } from "./cli.ts";
import { makeScratchFolder } from "./scratch-folder.ts";
import type { SoakMessage } from "./soak-service.ts";

const PROGRAM = fileURLToPath(new URL("soak-service.ts", import.meta.url));

export interface Soak extends AsyncDisposable {
  /** Where it answers over HTTP. */
  readonly url: string;
  /** One beat of the service at that moment, epoch milliseconds; resolves when what was due is done. */
  beat(at: number): Promise<void>;
  /** Bytes that the process takes up after a collection of garbage. */
  weigh(): Promise<number>;
  /** Warnings and errors so far. */
  log(): string;
}

/** Starts the service as a process of its own, on a clock that `beat` sets. */
export async function startSoak(
  simulator: Simulator,
  { databaseUrl, yaml, start }: { databaseUrl: string; yaml: string; start: number },
): Promise<Soak> {
  const folder = await makeScratchFolder();
  await writeFile(path.join(folder, "soak.yaml"), yaml);
  const child = fork(PROGRAM, [String(start)], {
    execArgv: ["--expose-gc"],
    cwd: folder,
    env: {
      ...environmentFor(simulator, databaseUrl),
      PATH: process.env["PATH"],
      CONNECTOR_CONFIG: "soak.yaml",
      MIGRATE_ON_START: "true",
      LOG_LEVEL: "warn",
      PORT: "0",
    },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  let log = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });

  async function nextMessage(): Promise<unknown> {
    const ended = new AbortController();
    const exit = once(child, "exit", { signal: ended.signal }).then(([code]) => {
      throw new Error(`the service ended with code ${code}: ${log}`);
    });
    try {
      const [message] = (await Promise.race([once(child, "message"), exit])) as unknown[];
      return message;
    } finally {
      ended.abort();
      await exit.catch(() => undefined);
    }
  }

  async function ask(message: SoakMessage): Promise<unknown> {
    child.send(message);
    return nextMessage();
  }

  const url = String(await nextMessage());
  return {
    url,
    log: () => log,
    async beat(at) {
      await ask({ at });
    },
    weigh: async () => Number(await ask("weigh")),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null) {
        child.send("stop" satisfies SoakMessage);
        await once(child, "exit");
      }
      await rm(folder, { recursive: true });
    },
  };
}
