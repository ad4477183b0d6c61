import { ConnectorError } from "../errors.ts";
import { fullMessageOf } from "./failure.ts";

/** How Pinterest names metrics, as whole words. */
const NAME = /\b[A-Z][A-Z0-9_]*\b/g;
/** "Columns A, B are not available for level X." */
const REFUSAL = /\b(?:is|are) not (?:available|supported|allowed|permitted|valid)\b/i;
/** "'FOO' is not one of ['A', 'B']", and other words that introduce the values of an enumeration. */
const CHOICE =
  /\b(?:not (?:one|any) of|must be (?:one|any) of|should be (?:one|any) of|expected one of|(?:valid|allowed|possible|permitted) (?:values|columns|metrics|choices|options)(?: are)?)\b/i;
const CUT_OFF = /(?:…|\.{3})\s*\W*$/;

/**
 * Which of the asked columns a refused request (400) names as not to be had: those said to be not available, and
 * those missing in a list of all valid ones. Empty when the error is about anything else.
 * Both forms of the message were met by other connectors; neither is documented.
 */
export function findRefusedColumns(error: unknown, asked: readonly string[]): readonly string[] {
  if (!(error instanceof ConnectorError) || error.code !== "pinterest_error") return [];
  if (error.details.status !== 400) return [];
  const message = fullMessageOf(error) ?? "";
  const refused = new Set([...findOutsiders(message, asked), ...findNamed(message, asked)]);
  return asked.filter((name) => refused.has(name));
}

function findNamed(message: string, asked: readonly string[]): string[] {
  for (const sentence of message.split(/[.;](?:\s|$)/)) {
    const place = sentence.search(REFUSAL);
    if (place < 0) continue;
    const before = namesIn(sentence.slice(0, place));
    const named = asked.filter((name) => before.has(name));
    const after = namesIn(sentence.slice(place));
    return named.length > 0 ? named : asked.filter((name) => after.has(name));
  }
  return [];
}

/** Asked columns that are missing in the list of valid ones, provided that it is a list of columns. */
function findOutsiders(message: string, asked: readonly string[]): string[] {
  const choice = CHOICE.exec(message);
  if (!choice) return [];
  const named = namesIn(message.slice(0, choice.index));
  const culprits = asked.filter((name) => named.has(name));
  const list = readList(message.slice(choice.index + choice[0].length));
  // The culprit stands right before; what else is named may be the whole request.
  if (!list)
    return culprits.filter((name) => name === [...named].findLast((word) => culprits.includes(word)));
  const isAboutColumns = culprits.length > 0 || asked.some((name) => list.has(name));
  return isAboutColumns ? asked.filter((name) => !list.has(name)) : [];
}

/** The values that follow; undefined when there are none or the list has lost its end. */
function readList(text: string): Set<string> | undefined {
  const opening = text.indexOf("[");
  const closing = text.indexOf("]", opening);
  if (opening >= 0 && closing < 0) return undefined;
  const list = opening >= 0 ? text.slice(opening, closing) : text;
  if (CUT_OFF.test(list)) return undefined;
  const names = namesIn(list);
  return names.size > 0 ? names : undefined;
}

function namesIn(text: string): Set<string> {
  return new Set(text.match(NAME));
}
