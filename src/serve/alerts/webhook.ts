import got, { RequestError } from "got";

/** Where alerts are sent. */
export interface Webhook {
  /** Tries once; what went wrong, or undefined when the message was taken. Rejects with the signal's reason when aborted. */
  post(body: object, signal: AbortSignal): Promise<string | undefined>;
}

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
        return [`answered ${statusCode}`, ...(REASON_WORD.test(body) ? [body] : [])].join(" ");
      } catch (error) {
        signal.throwIfAborted();
        // Its words may hold the URL.
        if (error instanceof RequestError) return `no answer: ${error.code}`;
        throw error;
      }
    },
  };
}
