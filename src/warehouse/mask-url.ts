import { isRandomRun, isRandomValue, isSecretName } from "./secret-shape.ts";

const MASK = "***";
/** Longer than any server accepts; a text beyond it is hidden as a whole instead of searched. */
const URL_LENGTH_MAX = 8192;
/** URLs within URLs; what is nested deeper is hidden. */
const NESTING_MAX = 4;
/** Encoding more often than this hides nothing that a server would still read. */
const DECODINGS_MAX = 3;
/** A scheme and the slashes after it; a bare `user:` is a scheme only when two slashes follow. */
const PREFIX =
  /^\s*(?:[a-z][a-z0-9+.-]*:(?=[\\/]{2})|(?:https?|ftps?|sftp|scp|ssh|s3|gs|davs?|webdavs?|file):)?[\\/]*/i;
/** Where a URL begins within the path of another one. */
const INNER_URL = /[\\/](?:[a-z][a-z0-9+.-]*:[\\/]{2}|(?:https?|ftps?|sftp):[\\/])/i;
/** `@`, also percent-encoded, also more than once. */
const AT = /@|%(?:25)*40/g;
const LABEL = String.raw`[\p{L}\p{N}_-]+`;
/** A host that can be told from a user name, and its port. */
const HOST = `(?:\\[[0-9a-f:.]+\\]|localhost|${LABEL}(?:\\.${LABEL})+\\.?)(?::\\d{0,5})?`;
const PLAIN_HOST = new RegExp(`^${HOST}$`, "iu");
const USER_AND_HOST = new RegExp(`^[^@\\s]*(?:@|%(?:25)*40)${HOST}$`, "iu");
/** A host of one word, which may also be the beginning of a user name. */
const SHORT_HOST = new RegExp(`^(?:${LABEL})?(?::\\d{0,5})?$`, "u");

/**
 * The URL without secrets: user info, the values of secret-looking parameters of query, fragment and
 * path, and keys within a path are replaced by `***`. Anything else stays as it is, byte for byte.
 * Never throws. What cannot be parsed is read the careful way: where it is unclear how far a
 * password reaches, more is hidden. A secret that neither stands where secrets stand nor looks
 * random cannot be recognised.
 */
export function maskUrl(value: string): string {
  return maskNested(value, 0);
}

function maskNested(url: string, depth: number): string {
  if (url.length > URL_LENGTH_MAX || depth > NESTING_MAX) return MASK;
  const prefix = PREFIX.exec(url)?.[0] ?? "";
  const rest = maskUserInfo(url.slice(prefix.length));
  const inner = INNER_URL.exec(/^[^?#]*/.exec(rest)?.[0] ?? "");
  if (inner) {
    const start = inner.index + 1;
    return prefix + maskRest(rest.slice(0, start), depth) + maskNested(rest.slice(start), depth + 1);
  }
  return prefix + maskRest(rest, depth);
}

/** Until nothing changes: with a part of it hidden, more may turn out to be user info. */
function maskUserInfo(rest: string): string {
  const end = findUserInfoEnd(rest);
  if (end === 0) return rest;
  const masked = `${MASK}${rest.slice(end)}`;
  return masked === rest ? rest : maskUserInfo(masked);
}

/** Where the `@` after the user info begins; 0 when there is no user info. */
function findUserInfoEnd(rest: string): number {
  const authority = /^[^/?#\\]*/.exec(rest)?.[0] ?? "";
  if (PLAIN_HOST.test(authority)) return 0;
  // A user name, or a password with a slash in it, may end the authority early: then only the last
  // separator is safe. Addresses in parameters do not count where the user info itself is clear.
  const clear = USER_AND_HOST.test(authority) || SHORT_HOST.test(authority);
  const last = [...rest.matchAll(AT)].findLast(
    ({ index }) => !clear || index <= authority.length || !isInParameter(rest.slice(0, index)),
  );
  return last?.index ?? 0;
}

function isInParameter(before: string): boolean {
  return /\?(?:[^?#]*&)?[^?#&=]*=[^?#&]*$/.test(before);
}

/** Everything behind the user info: host, path and parameters. */
function maskRest(rest: string, depth: number): string {
  const end = rest.search(/[?#&;]/);
  const [host = "", ...segments] = (end < 0 ? rest : rest.slice(0, end)).split(/(?=[\\/])/);
  const path = segments.map((segment) => maskSegment(segment, depth)).join("");
  return host + path + (end < 0 ? "" : maskParameters(rest.slice(end), depth));
}

/** `segment` begins with its slash. */
function maskSegment(segment: string, depth: number): string {
  if (holdsSecret(decode(segment.slice(1)), depth)) return `${segment.slice(0, 1)}${MASK}`;
  return segment.replace(/[A-Za-z0-9]+/g, (piece) => (isRandomRun(piece) ? MASK : piece));
}

function maskParameters(text: string, depth: number): string {
  let hidden = false;
  const groups = text.split(/(?=&)/).map((group) => {
    // Without a name it continues the secret before it, which held an unencoded ampersand.
    if (hidden && !group.includes("=") && group.length > 1) return `${group.slice(0, 1)}${MASK}`;
    const masked = maskGroup(group, depth);
    hidden = masked !== group;
    return masked;
  });
  return groups.join("");
}

/** What stands between two ampersands; from the first secret on nothing of it is shown. */
function maskGroup(group: string, depth: number): string {
  let shown = "";
  for (const part of group.split(/(?=[?#;])/)) {
    const masked = maskPart(part, depth);
    if (masked !== part) return shown + masked;
    shown += part;
  }
  return shown;
}

/** A separator, a name and a value, `&token=abc`; or a separator and a bare value. */
function maskPart(part: string, depth: number): string {
  const separator = /^[?#&;]?/.exec(part)?.[0] ?? "";
  const text = part.slice(separator.length);
  const equals = text.indexOf("=");
  const name = decode(equals < 0 ? text : text.slice(0, equals));
  const value = equals < 0 ? "" : text.slice(equals + 1);
  if (isRandomValue(name) || (value === "" && holdsSecret(name, depth))) return separator + MASK;
  const secret = isSecretName(name) || isRandomValue(decode(value)) || holdsSecret(decode(value), depth);
  return value !== "" && secret ? `${separator}${text.slice(0, equals + 1)}${MASK}` : part;
}

/** Whether a value is itself a URL or a list of parameters with a secret. */
function holdsSecret(value: string, depth: number): boolean {
  if (/:[\\/]|^[\\/]{2}|[^:@]:[^@]*@/.test(value)) return maskNested(value, depth + 1) !== value;
  if (!value.includes("=")) return false;
  return depth >= NESTING_MAX || maskParameters(value, depth + 1) !== value;
}

/** ASCII only: that is where names, separators and keys are. Malformed escapes stay as they are. */
function decode(text: string): string {
  let decoded = text;
  for (let round = 0; round < DECODINGS_MAX; round += 1)
    decoded = decoded.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  return decoded;
}
