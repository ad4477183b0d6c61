import type { FaultRule } from "./faults.ts";
import { answerHtml, answerInternalError, answerJson, answerRateLimited, type Outcome } from "./outcome.ts";
import type { Page } from "./paging.ts";
import { makePoison, POISON_KINDS, type PoisonedItem } from "./poison.ts";
import { choose, hash } from "./random.ts";

const DEFAULT_RETRY_AFTER_SECONDS = 1;

/** The outcome of faults that strike before the request is handled; undefined for the others. */
export function preventAnswer(rule: FaultRule): Outcome | undefined {
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
    default:
      return undefined;
  }
}

/** Spoils an answer on its way out. */
export function spoilAnswer(rule: FaultRule, outcome: Outcome): Outcome {
  if (rule.kind === "truncated_body") return { ...outcome, delivery: "truncated" };
  if (rule.kind === "cut_json") return { ...outcome, body: outcome.body.slice(0, outcome.body.length / 2) };
  return outcome;
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
