import type { Logger } from "pino";
import type { RateCategory } from "../resources/define.ts";
import { requestId } from "./failure.ts";
import type { Answer, Silence } from "./http.ts";

/** One debug line per HTTP request: never headers, never bodies, so that no token and no ad data can get in. */
export function logRequest(
  logger: Logger,
  request: {
    readonly method: "GET" | "POST";
    readonly path: string;
    readonly query: Readonly<Record<string, string | readonly string[]>>;
    readonly reply: Answer | Silence;
    readonly code: number | undefined;
    readonly attempt: number;
    readonly durationMs: number;
    readonly category?: RateCategory;
  },
): void {
  const { method, path, query, reply, code, attempt, category } = request;
  logger.debug(
    {
      method,
      path,
      query,
      ...(reply.kind === "answer"
        ? { status: reply.status, rid: requestId(reply) }
        : { network_error: reply.code }),
      code,
      duration_ms: Math.round(request.durationMs),
      attempt,
      category,
    },
    "pinterest request",
  );
}
