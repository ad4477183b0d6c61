import { setTimeout as delay } from "node:timers/promises";
import { ConnectorError } from "../../errors.ts";
import { adopt } from "./adopt.ts";
import { launch, type Setback } from "./launch.ts";
import { leave } from "./leave.ts";
import { boundLog, readLog } from "./log.ts";
import type { EmbeddedOptions } from "./options.ts";
import { type Place, preparePlace } from "./place.ts";
import { choosePort, rememberPort } from "./port.ts";
import { clearWay } from "./postmaster.ts";
import { warehouseUrl } from "./ready.ts";
import { isKept } from "./users.ts";

export interface Embedded {
  /** `postgres://…@127.0.0.1:PORT/pinterest_ads`, password included. */
  readonly url: string;
  /** The same as a command for a shell. */
  readonly psql: string;
  /** Another process had started the server. */
  readonly adopted: boolean;
  /** Leaves the server and, when nobody else uses it, waits for its fast shutdown (30 s, then by force). */
  stop(): Promise<void>;
}

/** A server and our end of the pipe of its users. */
interface Running {
  readonly port: number;
  readonly writer: number;
  /** Only of a server that this process started. */
  readonly ended?: Promise<void>;
  readonly hasEnded?: () => boolean;
}

const START_TIMEOUT_MS = 60_000;
const RETRY_MS = 50;

/**
 * Starts the warehouse that comes with the connector, or joins the one that another process of this machine
 * runs in the same directory. It is initialised at its first start, listens on 127.0.0.1 only, is durable, and
 * runs until its last user stops, exits or is killed, never longer.
 * @throws ConnectorError `embedded_postgres` with what to do; `interrupted` when `signal` aborts.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  try {
    options.signal?.throwIfAborted();
    const place = await preparePlace(options);
    const running = await startOrAdopt(place, options);
    return present(place, running, options);
  } catch (error) {
    if (options.signal?.aborted !== true || error instanceof ConnectorError) throw error;
    throw new ConnectorError("interrupted", "The start of the embedded Postgres was interrupted.", {
      cause: error,
    });
  }
}

/** Tries until one of several processes that start at once has won and the others have joined it. */
async function startOrAdopt(place: Place, options: EmbeddedOptions): Promise<Running> {
  const { files, password } = place;
  const { timeoutMs = START_TIMEOUT_MS, signal } = options;
  const deadline = Date.now() + timeoutMs;
  let setback: Setback | undefined;
  do {
    signal?.throwIfAborted();
    const adopted = await adopt(files, password, { deadline, signal });
    if (adopted !== undefined) return adopted;
    const cleared = await clearWay(files);
    if (cleared !== "nothing")
      options.onEvent?.(`embedded postgres: leftover of a killed run ${cleared}`, {});
    if (!isKept(files)) {
      const port = await choosePort(files, setback === "port taken" ? 0 : options.port);
      const started = await launch({ ...place, port, deadline, timeoutMs, signal });
      if (typeof started !== "string") {
        await rememberPort(files, port);
        return { ...started, port };
      }
      setback = started;
    }
    await delay(RETRY_MS);
  } while (Date.now() < deadline);
  throw new ConnectorError("embedded_postgres", `The Postgres in ${files.directory} does not answer.`, {
    nextStep: `Another process uses it: see ${files.log}. End that process, or set DATABASE_URL.`,
    details: { setback },
  });
}

function present({ files, password }: Place, running: Running, options: EmbeddedOptions): Embedded {
  const { port, ended } = running;
  const report = options.onEvent ?? (() => undefined);
  const adopted = ended === undefined;
  report(adopted ? "embedded postgres adopted" : "embedded postgres started", { port });
  const unbound = boundLog(files, (error) => report("embedded postgres log not bounded", { error }));
  let stopped: Promise<void> | undefined;
  const reportEnd = async () => {
    if (stopped === undefined)
      report("embedded postgres ended unexpectedly", { log: await readLog(files, 0) });
  };
  ended?.then(reportEnd).catch((error) => report("embedded postgres ended unexpectedly", { error }));
  const url = warehouseUrl(port, password);
  const stop = () => {
    unbound();
    stopped ??= leave(files, running);
    return stopped;
  };
  return { url, psql: `psql '${url}'`, adopted, stop };
}
