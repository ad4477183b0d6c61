import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { timeout } from "hono/timeout";
import { Registry } from "prom-client";
import type { Logger } from "../../logger.ts";
import type { Readiness } from "../health/readiness.ts";
import { type AccessOptions, guardPage, isLocal } from "./access.ts";
import { keepUncached, secureHeaders } from "./headers.ts";

export interface AppOptions extends AccessOptions {
  readonly logger: Logger;
  /** The status page and all that belongs to it. */
  readonly page: Hono;
  readonly readiness: () => Promise<Readiness>;
  /** In Prometheus' text format. */
  readonly metrics: () => Promise<string>;
}

/** Longer than a look at the warehouse may take, that of the status page (30 seconds) too. */
const ANSWER_MS = 35_000;

/**
 * /healthz answers as long as the process does, /readyz says whether it can work (200 or 503), /metrics is for
 * Prometheus; these three are open to everybody. Everything else is the status page, see `guardPage`.
 * What goes wrong is logged, and not told.
 */
export function createApp(options: AppOptions): Hono {
  const { logger } = options;
  const app = new Hono();
  app.use(
    secureHeaders,
    keepUncached,
    timeout(ANSWER_MS, new HTTPException(504, { message: "Took too long." })),
  );
  app.get("/healthz", (context) => context.text("ok"));
  app.get("/readyz", async (context) => {
    const readiness = await options.readiness();
    const status = readiness.ready ? 200 : 503;
    if (options.statusPublic || isLocal(context)) return context.json(readiness, status);
    // Details name the database and ad accounts, and a probe asks for the status alone.
    const checks = readiness.checks.map(({ check, ok }) => ({ check, ok }));
    return context.json({ ready: readiness.ready, checks }, status);
  });
  app.get("/metrics", async (context) => {
    const text = await options.metrics();
    return context.body(text, 200, { "content-type": Registry.PROMETHEUS_CONTENT_TYPE });
  });
  app.use(guardPage(options));
  app.route("/", options.page);
  app.notFound((context) => context.text("There is nothing here.", 404));
  app.onError((error, context) => {
    if (error instanceof HTTPException) return error.getResponse();
    logger.error({ path: context.req.path, err: error }, "HTTP request failed");
    return context.text("Something went wrong; the log of the connector says what.", 500);
  });
  return app;
}
