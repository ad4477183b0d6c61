import { Agent as HttpAgent, type IncomingHttpHeaders } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import got, { RequestError } from "got";
import { interrupted } from "./interrupted.ts";

/** Time limits of one HTTP request, in milliseconds. */
export interface Timeouts {
  /** Until the connection stands: name, TCP and TLS each. */
  readonly connect: number;
  /** From the request sent to the first byte of the answer. */
  readonly response: number;
  /** From beginning to end. */
  readonly request: number;
}

export const DEFAULT_TIMEOUTS: Timeouts = { connect: 10_000, response: 30_000, request: 120_000 };

export interface Answer {
  readonly kind: "answer";
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** No complete answer came: the network failed, time ran out, or the body broke off. */
export interface Silence {
  readonly kind: "silence";
  /** Node's or got's code, such as ECONNRESET or ETIMEDOUT. */
  readonly code: string;
  readonly message: string;
}

export interface Outgoing {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly authorization: string;
  readonly form?: Record<string, string>;
  readonly json?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** Sends single requests over kept-alive connections; neither retries nor follows redirects. */
export interface Http {
  /** Never fails because of what the server or the network does; rejects with `interrupted` when aborted. */
  send(outgoing: Outgoing): Promise<Answer | Silence>;
  close(): void;
}

export function openHttp(options: { version: string; timeouts: Timeouts }): Http {
  const { connect, response, request } = options.timeouts;
  const agent = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
  const client = got.extend({
    agent,
    timeout: { lookup: connect, connect, secureConnect: connect, response, request },
    retry: { limit: 0 },
    throwHttpErrors: false,
    followRedirect: false,
    decompress: true,
    strictContentLength: true,
    responseType: "text",
    headers: { "user-agent": `pinterest-ads-warehouse/${options.version}`, accept: "application/json" },
  });

  async function send(outgoing: Outgoing): Promise<Answer | Silence> {
    const { method, url, authorization, form, json, signal } = outgoing;
    try {
      const { statusCode, headers, body } = await client(url, {
        method,
        headers: { authorization },
        ...(form && { form }),
        ...(json !== undefined && { json }),
        ...(signal && { signal }),
      });
      return { kind: "answer", status: statusCode, headers, text: body };
    } catch (error) {
      if (signal?.aborted) throw interrupted();
      if (!(error instanceof RequestError)) throw error;
      // The error itself holds the request's headers, and with them the token: only its words go on.
      return { kind: "silence", code: error.code, message: error.message };
    }
  }

  return {
    send,
    close: () => {
      agent.http.destroy();
      agent.https.destroy();
    },
  };
}

/** Node's codes of a connection that never stood. */
const UNCONNECTED: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"]);
/** The same by what Node (`connect EHOSTUNREACH …`) and got (`Timeout awaiting 'connect' …`) say. */
const UNCONNECTED_TEXT = /^connect |^getaddrinfo |awaiting '(?:lookup|connect|secureConnect)'/;

/** Whether no byte of the request can have reached Pinterest. */
export function neverLeft(reply: Answer | Silence): boolean {
  return reply.kind === "silence" && (UNCONNECTED.has(reply.code) || UNCONNECTED_TEXT.test(reply.message));
}
