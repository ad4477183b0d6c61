import { ConnectorError } from "../../errors.ts";
import type { Binaries } from "./binaries.ts";
import type { Files } from "./files.ts";
import { type Keeper, spawnKeeper } from "./keeper.ts";
import { leave } from "./leave.ts";
import { logSize, readLog } from "./log.ts";
import { waitUntilReady } from "./ready.ts";
import type { Launcher } from "./run-tool.ts";

export interface Launch {
  readonly files: Files;
  readonly binaries: Binaries;
  readonly launcher: Launcher;
  readonly password: string;
  readonly port: number;
  readonly deadline: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Why a start is worth another try: the port was taken meanwhile, or another process was faster. */
export type Setback = "port taken" | "cluster in use";

const SETBACKS: readonly (readonly [RegExp, Setback])[] = [
  [/Address already in use|could not create any TCP\/IP sockets/, "port taken"],
  [/lock file "postmaster.pid" already exists|pre-existing shared memory block/, "cluster in use"],
];

/**
 * Starts Postgres and waits until it answers.
 * @throws ConnectorError `embedded_postgres` with Postgres' own words, when it ends or does not answer in time;
 * it has been stopped then.
 */
export async function launch(options: Launch): Promise<Keeper | Setback> {
  const { files, password, deadline, signal } = options;
  const from = await logSize(files);
  const keeper = spawnKeeper(files, options.binaries, options.launcher, options.port);
  let ready = false;
  try {
    const { port, failure } = await waitUntilReady(files, password, {
      deadline,
      signal,
      hasEnded: keeper.hasEnded,
    });
    // The server that answers may be another process', whose start was faster than ours.
    ready = port === options.port && !keeper.hasEnded();
    if (ready) return keeper;
    const ended = keeper.hasEnded() || port !== undefined;
    const words = await readLog(files, from);
    return setbackIn(words) ?? startFailed(options, words, ended, failure);
  } finally {
    if (!ready) await leave(files, keeper);
  }
}

function setbackIn(words: string): Setback | undefined {
  return SETBACKS.find(([pattern]) => pattern.test(words))?.[1];
}

function startFailed({ files, timeoutMs }: Launch, words: string, ended: boolean, cause: unknown): never {
  const what = ended ? "ended while it started" : `did not start within ${timeoutMs / 1000} s`;
  throw new ConnectorError("embedded_postgres", `The embedded Postgres ${what}. It said:\n${words.trim()}`, {
    nextStep: `The whole log is ${files.log}. Or set DATABASE_URL to a Postgres of your own.`,
    ...(cause === undefined ? {} : { cause }),
  });
}
