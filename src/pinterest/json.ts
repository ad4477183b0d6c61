import { parseWithKeys } from "./escaped-keys.ts";

/**
 * Numbers that may not fit a double: at least 16 digits, or an exponent. A number follows the start, a colon,
 * a comma or a bracket, so ids in quotes do not match; text that looks like a number only costs a slower parse.
 */
const SUSPICIOUS_NUMBER = /(?:^|[:,[])\s*-?\d(?:[\d.]{15}|[\d.]*[eE])/;

/**
 * Parses JSON as `JSON.parse` does, except that a number which a double cannot hold exactly becomes a
 * `JSON.rawJSON` value (read it with `JSON.isRawJSON` and `.rawJSON`; `JSON.stringify` writes it back digit by digit).
 * Throws `SyntaxError` for what is not JSON.
 */
export function parseJson(text: string): unknown {
  // The reviver makes parsing about five times slower, so that only pages that need it pay for it.
  return parseWithKeys(text, SUSPICIOUS_NUMBER.test(text) ? keepExactNumber : undefined);
}

function keepExactNumber(_key: string, value: unknown, context: { readonly source?: string }): unknown {
  if (typeof value !== "number" || context.source === undefined) return value;
  return sameNumber(context.source, String(value)) ? value : JSON.rawJSON(context.source);
}

function sameNumber(left: string, right: string): boolean {
  return left === right || decimal(left) === decimal(right);
}

/** One spelling for each decimal number: its significant digits and the power of ten of the last one. */
function decimal(source: string): string {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(source);
  if (!parts) return source;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = parts;
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return "0";
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length);
  return `${sign}${significant}e${power}`;
}
