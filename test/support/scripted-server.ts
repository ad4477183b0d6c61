import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as the server saw it. */
export interface Seen {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage["headers"];
  readonly form: URLSearchParams;
  readonly body: string;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly json?: unknown;
  readonly text?: string;
  /** `reset`: the connection breaks without an answer. `cut`: in the middle of the body. `hang`: no answer. */
  readonly fault?: "reset" | "cut" | "hang";
}

export interface ScriptedServer extends AsyncDisposable {
  readonly url: string;
  readonly seen: readonly Seen[];
}

/** A real HTTP server that answers as told; `answer` gets each request and how many came before it. */
export async function startScriptedServer(
  answer: (seen: Seen, index: number) => Reply | Promise<Reply>,
): Promise<ScriptedServer> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const entry = await readRequest(request);
    seen.push(entry);
    write(response, await answer(entry, seen.length - 1));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v5`,
    seen,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers one after the other; the last one for ever. */
export function inTurn(...replies: readonly Reply[]): (seen: Seen, index: number) => Reply {
  return (_seen, index) => replies[Math.min(index, replies.length - 1)] ?? {};
}

async function readRequest(request: IncomingMessage): Promise<Seen> {
  let body = "";
  for await (const chunk of request) body += chunk;
  return {
    method: request.method ?? "",
    url: new URL(request.url ?? "/", "http://localhost"),
    headers: request.headers,
    form: new URLSearchParams(body),
    body,
  };
}

function write(response: ServerResponse, { status = 200, headers, json, text, fault }: Reply): void {
  const body = text ?? JSON.stringify(json ?? {});
  if (fault === "hang") return;
  if (fault === "reset") {
    response.socket?.destroy();
    return;
  }
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    ...headers,
  });
  if (fault === "cut") response.write(body.slice(0, body.length / 2), () => response.socket?.destroy());
  else response.end(body);
}
