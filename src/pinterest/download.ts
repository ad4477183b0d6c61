import got, { RequestError } from "got";
import { ConnectorError } from "../errors.ts";
import { interrupted } from "./interrupted.ts";

/** What a file server answered: the file while it arrives, or that it does not give it. */
export type Download =
  | { readonly kind: "file"; readonly body: AsyncIterable<Uint8Array> }
  | { readonly kind: "refused"; readonly status: number };

/** Fetches files from where Pinterest puts them; they do not count towards the limits of the API. */
export interface Downloads {
  /**
   * Sends no credentials, because the link holds them and further ones break it. Redirects are followed.
   * Throws `pinterest_unreachable`, here or while the body is read, for whatever breaks off; names the host only.
   */
  open(url: URL, signal: AbortSignal | undefined): Promise<Download>;
}

/** Time limits of a download, in milliseconds; there is none for the whole, because files have any size. */
export interface DownloadTimeouts {
  /** Until the connection stands: name, TCP and TLS each. */
  readonly connect: number;
  /** Without a single byte, before the answer and within it. */
  readonly idle: number;
}

export const DEFAULT_DOWNLOAD_TIMEOUTS: DownloadTimeouts = { connect: 10_000, idle: 60_000 };
const MOST_REDIRECTS = 5;

export function createDownloads(options: { version: string; timeouts: DownloadTimeouts }): Downloads {
  const { connect, idle } = options.timeouts;
  const client = got.extend({
    timeout: { lookup: connect, connect, secureConnect: connect, response: idle },
    retry: { limit: 0 },
    throwHttpErrors: false,
    followRedirect: true,
    maxRedirects: MOST_REDIRECTS,
    decompress: true,
    strictContentLength: true,
    headers: { "user-agent": `pinterest-ads-warehouse/${options.version}` },
  });

  async function open(url: URL, signal: AbortSignal | undefined): Promise<Download> {
    const broken = (error: unknown) => explain(error, url, signal);
    const stream = client.stream(url, signal ? { signal } : {});
    const status = await new Promise<number>((resolve, reject) => {
      stream.once("response", (response) => resolve(response.statusCode));
      // Stays: what breaks before somebody reads the body is thrown to its reader.
      stream.on("error", (error: unknown) => reject(broken(error)));
    });
    if (status === 200) return { kind: "file", body: readBody(stream, idle, broken) };
    stream.destroy();
    return { kind: "refused", status };
  }

  return { open };
}

type Body = ReturnType<typeof got.stream>;

/** Time counts only while a byte is waited for: a slow reader is not the server's fault. */
async function* readBody(
  stream: Body,
  idleMs: number,
  broken: (error: unknown) => unknown,
): AsyncGenerator<Uint8Array> {
  let waiting = true;
  const timer = setTimeout(() => {
    if (waiting) stream.destroy(new IdleError(`no byte for ${idleMs} ms`));
  }, idleMs);
  try {
    for await (const chunk of stream) {
      waiting = false;
      yield chunk;
      waiting = true;
      timer.refresh();
    }
  } catch (error) {
    throw broken(error);
  } finally {
    clearTimeout(timer);
  }
}

class IdleError extends Error {}

function explain(error: unknown, url: URL, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return interrupted();
  if (!(error instanceof RequestError || error instanceof IdleError)) return error;
  // The error itself and its words may hold the link, and with it the right to read the file.
  const reason = error instanceof RequestError ? error.code : error.message;
  return new ConnectorError(
    "pinterest_unreachable",
    `The download of a report from ${url.host} broke off: ${reason}`,
    {
      nextStep:
        "Check the network and a proxy in between; the server that holds the files must be reachable too.",
      details: { host: url.host, network_error: reason },
    },
  );
}
