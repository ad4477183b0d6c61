import got, { RequestError } from "got";

/** Where alerts are sent. */
export interface Webhook {
  /** Tries once; what went wrong, or undefined when the message was taken. Rejects with the signal's reason when aborted. */
  post(body: object, signal: AbortSignal): Promise<Undelivered | undefined>;
}

/** Why a message was not taken. */
export interface Undelivered {
  readonly reason: string;
  /** It may have arrived all the same, for nothing is known of it but that no answer came. */
  readonly wasSent: boolean;
}

/** The way to the receiver did not come about, so nothing was sent. */
const NOT_SENT: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/** What an answer may repeat of itself, such as Slack's invalid_payload: anything longer could be the URL, which is a secret. */
const REASON_WORD = /^[a-z]+(?:_[a-z]+){0,5}$/;

/** `timeoutMs` is for the whole request. Redirects are not followed: the message is for this address alone. */
export function createWebhook(options: {
  readonly url: string;
  readonly version: string;
  readonly timeoutMs: number;
}): Webhook {
  const client = got.extend({
    method: "POST",
    timeout: { request: options.timeoutMs },
    retry: { limit: 0 },
    throwHttpErrors: false,
    followRedirect: false,
    responseType: "text",
    headers: { "user-agent": `pinterest-ads-warehouse/${options.version}` },
  });
  return {
    async post(json, signal) {
      try {
        const { statusCode, body } = await client(options.url, { json, signal });
        if (statusCode >= 200 && statusCode < 300) return undefined;
        const reason = [`answered ${statusCode}`, ...(REASON_WORD.test(body) ? [body] : [])].join(" ");
        return { reason, wasSent: false };
      } catch (error) {
        signal.throwIfAborted();
        // Its words may hold the URL.
        if (error instanceof RequestError)
          return { reason: `no answer: ${error.code}`, wasSent: !NOT_SENT.has(error.code) };
        throw error;
      }
    },
  };
}
