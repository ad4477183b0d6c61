import { type FaultCandidate, type FaultRule, listRefused } from "./faults.ts";
import {
  answerHtml,
  answerInternalError,
  answerJson,
  answerRateLimited,
  answerRefusal,
  answerXml,
  type Outcome,
} from "./outcome.ts";
import type { Page } from "./paging.ts";
import { makePoison, POISON_KINDS, type PoisonedItem } from "./poison.ts";
import { choose, hash } from "./random.ts";
import { notPermitted, Refusal } from "./refusal.ts";

const DEFAULT_RETRY_AFTER_SECONDS = 1;

/** The outcome of faults that strike before the request is handled; undefined for the others. */
export function preventAnswer(rule: FaultRule, candidate: FaultCandidate): Outcome | undefined {
  switch (rule.kind) {
    case "rate_limited": {
      const seconds =
        rule.retryAfterSeconds === undefined ? DEFAULT_RETRY_AFTER_SECONDS : rule.retryAfterSeconds;
      return answerRateLimited(seconds === null ? null : String(seconds));
    }
    case "internal_error":
      return answerInternalError();
    case "unavailable":
      return answerHtml(503);
    case "html":
      return answerHtml(200);
    case "connection_reset":
      return { ...answerJson(""), delivery: "reset" };
    case "hang":
      return { ...answerJson(""), delivery: "hang" };
    case "missing_items":
      return answerJson('{"bookmark":null}');
    case "reports_refused":
      return answerRefusal(notPermitted(403));
    case "columns_refused":
      return refuse(`Columns ${listRefused(rule, candidate).join(", ")} are not available.`);
    case "retry_after_400":
      return refuse(`Too much is asked for. Retry after ${rule.retryAfterSeconds ?? 1} seconds`);
    case "spurious_90_days":
      return refuse("You can only get data from the last 90 days");
    case "link_expired":
      return answerXml(403, "AccessDenied", "Request has expired");
    case "download_500":
      return answerXml(500, "InternalError", "We encountered an internal error. Please try again.");
    default:
      return undefined;
  }
}

const refuse = (message: string) => answerRefusal(new Refusal(400, 400, message));

/** Spoils an answer on its way out. */
export function spoilAnswer(rule: FaultRule, outcome: Outcome): Outcome {
  const { kind } = rule;
  if (kind === "truncated_body" || kind === "download_cut") return { ...outcome, delivery: "truncated" };
  if (kind !== "cut_json" && kind !== "download_cut_json") return outcome;
  const { stream, body } = outcome;
  if (stream !== undefined) return { ...outcome, stream: () => cutStream(stream()) };
  return { ...outcome, body: body.slice(0, body.length / 2) };
}

/** One piece and half of the next, or half of the only one. */
function* cutStream(pieces: Iterable<string>): Generator<string> {
  let before: string | undefined;
  for (const piece of pieces) {
    if (before !== undefined) {
      yield before;
      yield piece.slice(0, piece.length / 2);
      return;
    }
    before = piece;
  }
  if (before !== undefined) yield before.slice(0, before.length / 2);
}

/** The page as JSON text, altered by the fault if it is one about pages; poison that went in is reported. */
export function writePage(
  page: Page,
  rule: FaultRule | undefined,
  request: { identity: string; path: string; bookmark: string | undefined; seed: number },
  onPoison: (item: PoisonedItem) => void,
): string {
  if (rule?.kind === "empty_page") return joinPage([], page.bookmarkToSelf());
  const texts = page.items.map((item) => JSON.stringify(item));
  const model = page.items.at(-1);
  if (rule?.kind === "poisoned_record" && model !== undefined) {
    const { seed, identity, path } = request;
    const kind = rule.poison ?? choose(POISON_KINDS, hash(seed, identity));
    const poison = makePoison(kind, page.resource, model, path, identity);
    texts.unshift(poison.text);
    onPoison(poison);
  }
  const repeated = rule?.kind === "repeated_bookmark" ? request.bookmark : undefined;
  return joinPage(texts, repeated ?? page.bookmark);
}

function joinPage(items: readonly string[], bookmark: string | null): string {
  return `{"items":[${items.join(",")}],"bookmark":${JSON.stringify(bookmark)}}`;
}
