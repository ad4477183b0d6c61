import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ConnectorError } from "../errors.ts";
import { CONSENT_PATH } from "./consent.ts";
import { deliver } from "./deliver.ts";
import type { ExchangeRequest } from "./exchange.ts";
import { answerHtml, answerInternalError, answerRefusal, type Outcome } from "./outcome.ts";
import { readQuery } from "./query.ts";
import { hash } from "./random.ts";
import type { RecordedRequest } from "./recorder.ts";
import { Refusal } from "./refusal.ts";
import { isFilePath } from "./report-download.ts";
import { type Body, readBody } from "./request-body.ts";

/** Where it is reached from this machine, whatever it listens on. */
const HOST = "127.0.0.1";
const BASE_PATH = "/v5";
/** Beyond this a gateway refuses an address; Node itself must not refuse it before. */
const LONGEST_ADDRESS = 8_192;
const MAX_HEADER_BYTES = 65_536;

export interface ServerOptions {
  /** Address to listen on. */
  host: string;
  port: number;
  seed: number;
  now: () => number;
  /** Answers what is asked of the API. */
  answer: (request: ExchangeRequest) => Outcome;
  /** Answers what is asked of the file server beside it. */
  download: (recorded: RecordedRequest) => Outcome;
  /** Answers the browser of a user who is asked to authorise the app. */
  consent: (recorded: RecordedRequest) => Outcome;
  record: (request: RecordedRequest) => void;
  describeRefreshToken: (token: string) => string;
  describeCode: (code: string) => string;
}

export interface RunningServer {
  /** Base address of the API, with `/v5`. */
  url: string;
  close: () => Promise<void>;
}

/** Port 0 takes any free one. An address that cannot be listened on fails with code `configuration`. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  let number = 0;
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
    number++;
    handle(options, number, request, response).catch((error: unknown) => {
      // A client that hangs up while it is being answered is its own business.
      if (request.socket.destroyed) return;
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  // Idle connections stay open: closing them could hit a request that is just being sent on one.
  server.keepAliveTimeout = 0;
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  return { url: `http://${HOST}:${port}${BASE_PATH}`, close: () => stop(server) };
}

async function listen(server: Server, { host, port }: ServerOptions): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (cause) {
    throw new ConnectorError("configuration", `The simulator cannot listen on port ${port} of ${host}.`, {
      cause,
      nextStep:
        "Choose another port, or end the program that uses this one; the address must be this machine's.",
    });
  }
}

async function stop(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}

async function handle(
  options: ServerOptions,
  number: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", `http://${HOST}`);
  const body = await readBody(request);
  const recorded = makeRecord(options, number, request, url, body);
  options.record(recorded);
  const outcome = answerAddress(options, request, url, { ...body, recorded });
  outcome.headers["x-pinterest-rid"] = String(hash(options.seed, number)).padStart(16, "1");
  recorded.status = outcome.delivery === "hang" || outcome.delivery === "reset" ? null : outcome.status;
  await deliver(request, response, outcome);
}

function answerAddress(
  options: ServerOptions,
  { url: address = "", headers }: IncomingMessage,
  { pathname }: URL,
  request: Pick<ExchangeRequest, "recorded" | "form">,
): Outcome {
  if (address.length > LONGEST_ADDRESS) return answerHtml(414);
  return answerSafely(() => {
    if (isFilePath(pathname)) return options.download(request.recorded);
    if (pathname === CONSENT_PATH) return options.consent(request.recorded);
    if (!pathname.startsWith(`${BASE_PATH}/`)) return answerRefusal(new Refusal(404, 404, "Not found."));
    const { authorization, host } = headers;
    return options.answer({ ...request, authorization, origin: `http://${host ?? HOST}` });
  });
}

/** A mistake of the simulator is answered, and named, so that it does not look like one of the client. */
function answerSafely(answer: () => Outcome): Outcome {
  try {
    return answer();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { ...answerInternalError(), body: JSON.stringify({ code: 500, message: `Simulator: ${text}` }) };
  }
}

function makeRecord(
  { now, describeRefreshToken, describeCode }: ServerOptions,
  number: number,
  request: IncomingMessage,
  url: URL,
  { form, json }: Body,
): RecordedRequest {
  const fields = Object.fromEntries(form);
  if (fields["refresh_token"] !== undefined) {
    fields["refresh_token"] = describeRefreshToken(fields["refresh_token"]);
  }
  if (fields["code"] !== undefined) fields["code"] = describeCode(fields["code"]);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) headers[name] = String(value);
  if (headers["authorization"] !== undefined) {
    headers["authorization"] = headers["authorization"].replace(/ .*/s, "");
  }
  return {
    number,
    method: request.method ?? "",
    path: url.pathname.startsWith(`${BASE_PATH}/`) ? url.pathname.slice(BASE_PATH.length) : url.pathname,
    query: readQuery(url.searchParams),
    headers,
    tokenGeneration: null,
    form: fields,
    json,
    undocumented: [],
    receivedAt: now(),
    status: null,
    fault: null,
  };
}
