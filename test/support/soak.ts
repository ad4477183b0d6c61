import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Simulator } from "../../src/simulator/simulator.ts";
import type { SoakAnswer, SoakOptions } from "./soak-service.ts";

const PROGRAM = fileURLToPath(new URL("soak-service.ts", import.meta.url));

export interface Soak extends AsyncDisposable {
  /**
   * One beat of the service at that moment, epoch milliseconds; resolves when what was due is done, and garbage
   * collected if its memory is to be weighed.
   */
  beat(at: number, weigh: boolean): Promise<SoakAnswer>;
  readonly pid: number;
}

/** Starts the service as a process of its own, on a clock that `beat` sets. */
export async function startSoak(
  simulator: Simulator,
  options: Pick<SoakOptions, "databaseUrl" | "yaml" | "start">,
): Promise<Soak> {
  const { url: apiUrl, appId, appSecret, refreshToken } = simulator;
  const all: SoakOptions = { ...options, apiUrl, appId, appSecret, refreshToken };
  const child = fork(PROGRAM, [JSON.stringify(all)], {
    execArgv: ["--expose-gc"],
    env: { PATH: process.env["PATH"] },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  await nextMessage(child);
  return {
    pid: child.pid ?? 0,
    async beat(at, weigh) {
      child.send({ at, weigh });
      return (await nextMessage(child)) as SoakAnswer;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      child.send("stop");
      await once(child, "exit");
    },
  };
}

async function nextMessage(child: ChildProcess): Promise<unknown> {
  const ended = new AbortController();
  const exit = once(child, "exit", { signal: ended.signal }).then(([code]) => {
    throw new Error(`the service ended with code ${code}`);
  });
  try {
    const [message] = (await Promise.race([once(child, "message"), exit])) as unknown[];
    return message;
  } finally {
    ended.abort();
    await exit.catch(() => undefined);
  }
}
