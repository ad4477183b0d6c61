import { Refusal, rateLimitExceeded } from "./refusal.ts";

/** What is sent back, and how. */
export interface Outcome {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** Sent in place of `body`, piece by piece, as the client takes it; for what is too large to be held. */
  stream?: () => Iterable<string>;
  /** Never compressed, whatever the client accepts. */
  plain?: true;
  /** `truncated`: half the body under the full Content-Length; `reset` and `hang`: nothing at all. */
  delivery: "whole" | "truncated" | "reset" | "hang";
}

const JSON_TYPE = { "content-type": "application/json" };
const HTML_TYPE = { "content-type": "text/html; charset=utf-8" };
const XML_TYPE = { "content-type": "application/xml" };
const HTML_PAGE =
  "<!DOCTYPE html><html><head><title>Pinterest</title></head><body><h1>We'll be right back</h1></body></html>";

export function answerJson(text: string): Outcome {
  return { status: 200, headers: { ...JSON_TYPE }, body: text, delivery: "whole" };
}

export function answerRedirect(location: string): Outcome {
  return { status: 302, headers: { location }, body: "", delivery: "whole" };
}

/** Pinterest's error body. */
export function answerRefusal({ status, code, message }: Refusal): Outcome {
  return {
    status,
    headers: { ...JSON_TYPE },
    body: JSON.stringify({ code, message }),
    delivery: "whole",
  };
}

/** A web page instead of data. */
export function answerHtml(status: number): Outcome {
  return { status, headers: { ...HTML_TYPE }, body: HTML_PAGE, delivery: "whole" };
}

/** An error as the file server sends it. */
export function answerXml(status: number, code: string, message: string): Outcome {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, headers: { ...XML_TYPE }, body, delivery: "whole" };
}

/** The refusal of a request over quota; `retryAfter` in seconds, null to leave the header out. */
export function answerRateLimited(retryAfter: string | null): Outcome {
  const outcome = answerRefusal(rateLimitExceeded());
  if (retryAfter !== null) outcome.headers["retry-after"] = retryAfter;
  return outcome;
}

export function answerInternalError(): Outcome {
  return answerRefusal(new Refusal(500, 500, "Something went wrong on our end. Sorry about that."));
}
