import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import type { Outcome } from "./outcome.ts";

const compress = promisify(gzip);
const SMALLEST_COMPRESSED_BYTES = 1_024;

/** Sends an outcome, compressed when the client accepts it; a body that is to be truncated goes as it is. */
export async function deliver(
  request: IncomingMessage,
  response: ServerResponse,
  outcome: Outcome,
): Promise<void> {
  switch (outcome.delivery) {
    case "hang":
      return;
    case "reset":
      request.socket.resetAndDestroy();
      return;
    case "truncated":
      truncate(response, outcome);
      return;
    case "whole":
      await sendWhole(request, response, outcome);
  }
}

function truncate(response: ServerResponse, outcome: Outcome): void {
  const body = Buffer.from(outcome.body);
  response.writeHead(outcome.status, { ...outcome.headers, "content-length": body.length });
  response.write(body.subarray(0, body.length / 2), () => response.socket?.destroy());
}

async function sendWhole(
  request: IncomingMessage,
  response: ServerResponse,
  outcome: Outcome,
): Promise<void> {
  let body = Buffer.from(outcome.body);
  const headers: Record<string, string | number> = { ...outcome.headers };
  const accepted = String(request.headers["accept-encoding"] ?? "");
  if (body.length >= SMALLEST_COMPRESSED_BYTES && /\bgzip\b/.test(accepted)) {
    body = await compress(body, { level: constants.Z_BEST_SPEED });
    headers["content-encoding"] = "gzip";
  }
  headers["content-length"] = body.length;
  response.writeHead(outcome.status, headers).end(body);
}
