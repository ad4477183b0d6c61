import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
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
      if (outcome.stream) await breakOff(response, outcome, outcome.stream());
      else truncate(response, outcome);
      return;
    case "whole":
      if (outcome.stream) await sendPieces(response, outcome, outcome.stream());
      else await sendWhole(request, response, outcome);
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
  if (!outcome.plain && body.length >= SMALLEST_COMPRESSED_BYTES && /\bgzip\b/.test(accepted)) {
    body = await compress(body, { level: constants.Z_BEST_SPEED });
    headers["content-encoding"] = "gzip";
  }
  headers["content-length"] = body.length;
  response.writeHead(outcome.status, headers).end(body);
}

/** Takes a piece only when the one before has gone out, so that a slow client costs no memory. */
async function sendPieces(
  response: ServerResponse,
  { status, headers }: Outcome,
  pieces: Iterable<string>,
): Promise<void> {
  response.writeHead(status, headers);
  await pipeline(Readable.from(pieces), response);
}

/** The first piece, then the connection breaks without the end of the body. */
async function breakOff(
  response: ServerResponse,
  { status, headers }: Outcome,
  pieces: Iterable<string>,
): Promise<void> {
  response.writeHead(status, headers);
  for (const piece of pieces) {
    response.write(piece, () => response.socket?.destroy());
    return;
  }
  response.socket?.destroy();
}
