import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ConnectorError } from "../errors.ts";
import { type Redirect, readRedirect } from "../pinterest/authorize.ts";
import { describeAnswer, type LoginAnswer, loginDenied } from "./login-answer.ts";

export interface Callback {
  /** On which it listens. */
  readonly port: number;
  /** Resolves with the code; rejects with `login_failed` when the user refuses. */
  readonly code: Promise<string>;
  close(): Promise<void>;
}

export interface CallbackOptions {
  /** 0 takes any free one. */
  readonly port: number;
  /** Of the redirect URI; other paths are none of ours. */
  readonly pathname: string;
  /** Whoever does not know it is not answering this login. */
  readonly state: string;
}

/**
 * Listens for the browser that Pinterest sends back, on the loopback addresses alone. Only a code or a refusal with
 * the right state counts; everything else is answered with an explanation, and the waiting goes on.
 * Throws `usage` when the port cannot be listened on.
 */
export async function openCallback(options: CallbackOptions): Promise<Callback> {
  const outcome = Promise.withResolvers<string>();
  // Who does not wait for it, because the time is over, must not be ended by it.
  outcome.promise.catch(() => undefined);
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const redirect = recognise(request, options);
    if (redirect?.kind === "code") response.once("close", () => outcome.resolve(redirect.code));
    if (redirect?.kind === "denied")
      response.once("close", () => outcome.reject(loginDenied(redirect.reason)));
    if (redirect) send(response, STATUS[redirect.kind], describeAnswer(redirect));
    else send(response, 404, NOTHING_HERE);
  };
  const servers: Server[] = [];
  const close = async () => void (await Promise.all(servers.map(stop)));
  try {
    const port = await listen(servers, answer, "127.0.0.1", options.port);
    await listen(servers, answer, "::1", port);
    return { port, code: outcome.promise, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Browsers go to whichever of the two addresses `localhost` gives them first. Not every machine has the second. */
const ABSENT: ReadonlySet<unknown> = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT"]);

async function listen(
  servers: Server[],
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  host: "127.0.0.1" | "::1",
  port: number,
): Promise<number> {
  const server = createServer(answer);
  try {
    await once(server.listen(port, host), "listening");
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (host === "::1" && ABSENT.has(code)) return port;
    throw cannotListen(port, cause);
  }
  servers.push(server);
  return (server.address() as AddressInfo).port;
}

function cannotListen(port: number, cause: unknown): ConnectorError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ConnectorError("usage", `Cannot listen on port ${port} of this machine: ${why}`, {
    nextStep:
      "End the program that uses the port, choose another with --port (and register its redirect URI), or use --manual.",
    cause,
  });
}

/** Undefined for what is no visit to the redirect URI. */
function recognise(request: IncomingMessage, { pathname, state }: CallbackOptions): Redirect | undefined {
  const url = URL.parse(request.url ?? "/", "http://localhost");
  return request.method === "GET" && url?.pathname === pathname ? readRedirect(url, state) : undefined;
}

const STATUS: Readonly<Record<Redirect["kind"], number>> = {
  code: 200,
  denied: 200,
  foreign: 400,
  incomplete: 400,
};
const NOTHING_HERE: LoginAnswer = { title: "Nothing here", text: "The login does not end at this address." };

function send(response: ServerResponse, status: number, { title, text }: LoginAnswer): void {
  const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>${escapeHtml(title)}</title></head><body><h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p></body></html>`;
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "content-length": Buffer.byteLength(page),
    "content-security-policy":
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    // The address holds the code.
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    connection: "close",
  });
  response.end(page);
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

async function stop(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  // Browsers open connections ahead of need; nobody waits for an answer on them.
  server.closeAllConnections();
  await closed;
}
