import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { ConnectorError } from "../../errors.ts";
import { type AppOptions, createApp } from "./app.ts";

export interface ServerOptions extends AppOptions {
  /** 0: any free one. */
  readonly port: number;
  /** More connections at a time are closed at once; 500 when absent. */
  readonly connectionsMax?: number;
}

export interface RunningServer {
  /** For this machine, such as http://localhost:8080. */
  readonly url: string;
  readonly port: number;
  /** Stops listening and ends every connection, idle or not, at once. */
  close(): Promise<void>;
}

/** A request that takes longer to arrive is none of a probe or a browser. */
const REQUEST_MS = 15_000;
const HEADERS_MS = 10_000;
/** Probes, a scraper and some browsers; whoever opens more must not use up this process's file descriptors. */
const CONNECTIONS_MAX = 500;

/**
 * Answers over HTTP on all interfaces, for probes come from elsewhere; who may see the status page is a matter of
 * `createApp`. Throws `port_taken` when another program listens on the port, `configuration` when this one may not.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const app = createApp(options);
  const server = createServer(
    // Some probes name no host, those that speak HTTP/1.0 above all; the host below stands in.
    { requestTimeout: REQUEST_MS, headersTimeout: HEADERS_MS, requireHostHeader: false },
    // Request and Response of the whole process are none of its business.
    getRequestListener(app.fetch, { overrideGlobalObjects: false, hostname: "localhost" }),
  );
  server.maxConnections = options.connectionsMax ?? CONNECTIONS_MAX;
  const port = await listen(server, options.port);
  server.on("error", (error) => options.logger.error({ err: error }, "HTTP server failed"));
  return { url: `http://localhost:${port}`, port, close: () => close(server) };
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port);
  try {
    await once(server, "listening");
  } catch (error) {
    throw describeListenError(error, port);
  }
  return (server.address() as AddressInfo).port;
}

function describeListenError(error: unknown, port: number): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE")
    return new ConnectorError("port_taken", `Port ${port} is taken by another program`, {
      nextStep: "Set PORT to another one, or end that program; it may be this connector, running already.",
      cause: error,
    });
  if (code === "EACCES")
    return new ConnectorError("configuration", `This user may not listen on port ${port}`, {
      nextStep: "Set PORT to one from 1024 on.",
      cause: error,
    });
  return error;
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
