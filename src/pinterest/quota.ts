import type { IncomingHttpHeaders } from "node:http";

/** What Pinterest says about the quota of a category: requests left, and when it is filled up again (epoch ms). */
export interface Quota {
  readonly remaining: number;
  readonly resetAt: number;
}

/** Larger values of `x-ratelimit-reset` are moments (epoch seconds), smaller ones spans of seconds. */
const LARGEST_SPAN_S = 1e9;

/** The quota, if both `x-ratelimit-remaining` and `x-ratelimit-reset` can be read. */
export function readQuota(headers: IncomingHttpHeaders, now: number): Quota | undefined {
  const remaining = leadingNumber(headers["x-ratelimit-remaining"]);
  const reset = readReset(headers, now);
  if (remaining === undefined || reset === undefined) return undefined;
  return { remaining: Math.floor(remaining), resetAt: now + reset };
}

/** Milliseconds until the quota is filled up again. Pinterest does not document the unit of the header. */
export function readReset(headers: IncomingHttpHeaders, now: number): number | undefined {
  const value = leadingNumber(headers["x-ratelimit-reset"]);
  if (value === undefined) return undefined;
  return value > LARGEST_SPAN_S ? Math.max(0, value * 1000 - now) : value * 1000;
}

/** Milliseconds that `Retry-After` asks for, given as seconds or as an HTTP date. */
export function readRetryAfter(headers: IncomingHttpHeaders, now: number): number | undefined {
  const value = headers["retry-after"];
  if (value === undefined) return undefined;
  const seconds = leadingNumber(value);
  if (seconds !== undefined) return seconds * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Milliseconds of "Retry after N seconds", which the cost limits of reports put into the message only. */
export function readRetryText(message: string): number | undefined {
  const seconds = /retry (?:after|in) (\d+(?:\.\d+)?) ?s/i.exec(message)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

function leadingNumber(header: string | string[] | undefined): number | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  const digits = /^\s*(\d+(?:\.\d+)?)/.exec(text ?? "")?.[1];
  return digits === undefined ? undefined : Number(digits);
}
