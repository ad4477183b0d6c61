const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** So many digits may be a number that a double does not hold. */
const LONG = /^-?[\d.]{16}/;
/** Where a number can stand, and a long one there. */
const LONG_RUN = /[:,[]\s*(-?[\d.]{16}[\d.eE+-]*)/g;
/** What cannot stand between a text and the next one without ending the JSON or needing another sign in between. */
const NO_NAME = /[\\,:\]}]/;

/** Whether a number, given as its source, is handed over as a text. */
export function isLongNumber(source: string): boolean {
  return LONG.test(source) && NUMBER.test(source);
}

/**
 * The JSON text with its long numbers in quotes, so that all their digits survive; undefined when only reading every
 * string would show whether something is a number or part of a text.
 *
 * A long number behind `"name":` is no part of a text: if the first quote ended a text, the bare name behind it
 * would be no JSON. This holds for every text that `JSON.parse` then accepts, and costs a fraction of a scan.
 */
export function quoteLongNumbers(text: string): string | undefined {
  let quoted = "";
  let copied = 0;
  LONG_RUN.lastIndex = 0;
  for (let run = LONG_RUN.exec(text); run; run = LONG_RUN.exec(text)) {
    const { index, 1: source = "" } = run;
    if (text[index] !== ":") return undefined;
    const place = placeOfColon(text, index);
    if (place === "unclear") return undefined;
    if (place === "text" || !NUMBER.test(source)) continue;
    const end = LONG_RUN.lastIndex;
    quoted += `${text.slice(copied, end - source.length)}"${source}"`;
    copied = end;
  }
  return copied === 0 ? text : quoted + text.slice(copied);
}

/** Where a colon stands: behind a name, or, if no quote is before it, within a text. */
function placeOfColon(text: string, colon: number): "behind_name" | "text" | "unclear" {
  let closing = colon - 1;
  while (isSpace(text, closing)) closing -= 1;
  if (text[closing] !== '"') return "text";
  const opening = text.lastIndexOf('"', closing - 1);
  const isName = opening > 0 && text[opening - 1] !== "\\" && !NO_NAME.test(text.slice(opening + 1, closing));
  return isName ? "behind_name" : "unclear";
}

function isSpace(text: string, at: number): boolean {
  const character = text[at];
  return character === " " || character === "\n" || character === "\r" || character === "\t";
}
