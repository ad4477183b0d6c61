import { createHash } from "node:crypto";
import { type Query, readText } from "./query.ts";
import { grantRefused, Refusal } from "./refusal.ts";

export interface ConsentOptions {
  seed: number;
  appId: string;
  now: () => number;
}

interface Code {
  number: number;
  redirectUri: string;
  scopes: readonly string[];
  /** Milliseconds since 1970. */
  expiresAt: number;
  used: boolean;
}

/** The page on which a user lets the app read; beside the API, as at Pinterest. */
export const CONSENT_PATH = "/oauth/";
const CODE_LIFE_MS = 600_000;

/**
 * The consent page and its codes. The user agrees at once, or refuses if the address has `deny=true`, which is the
 * simulator's own. A code works once, for ten minutes, and with the redirect URI that it was asked with.
 */
export function createConsents(options: ConsentOptions, offered: readonly string[]) {
  const codes = new Map<string, Code>();

  /** Where the browser goes. Throws for what Pinterest tells the user instead of the app. */
  function give(query: Query): string {
    if (readText(query, "client_id") !== options.appId) throw wrongAddress("client_id is unknown");
    const redirectUri = readText(query, "redirect_uri") ?? "";
    if (!isRedirectUri(redirectUri)) throw wrongAddress("redirect_uri is not a web address");
    const target = new URL(redirectUri);
    for (const [name, value] of Object.entries(answer(query, redirectUri)))
      target.searchParams.set(name, value);
    const state = readText(query, "state");
    if (state !== undefined) target.searchParams.set("state", state);
    return target.href;
  }

  function answer(query: Query, redirectUri: string): Record<string, string> {
    if (readText(query, "response_type") !== "code") return { error: "unsupported_response_type" };
    const scopes = (readText(query, "scope") ?? "").split(/[\s,]+/).filter((scope) => scope !== "");
    if (scopes.length === 0 || scopes.some((scope) => !offered.includes(scope)))
      return { error: "invalid_scope" };
    if (readText(query, "deny") === "true")
      return { error: "access_denied", error_description: "The user denied the request." };
    return { code: issue(redirectUri, scopes) };
  }

  function issue(redirectUri: string, scopes: readonly string[]): string {
    const number = codes.size + 1;
    const digest = createHash("sha256").update(JSON.stringify(["code", options.seed, number]));
    const code = digest.digest("hex");
    codes.set(code, { number, redirectUri, scopes, expiresAt: options.now() + CODE_LIFE_MS, used: false });
    return code;
  }

  /** The scopes that the user agreed to. Throws the refusal. */
  function redeem(form: URLSearchParams): readonly string[] {
    const code = codes.get(form.get("code") ?? "");
    if (code === undefined || code.used || code.expiresAt <= options.now())
      throw grantRefused("The authorization code is invalid, expired or was used before.");
    if (form.get("redirect_uri") !== code.redirectUri)
      throw grantRefused("The redirect_uri does not match the one of the authorization request.");
    code.used = true;
    return code.scopes;
  }

  return {
    give,
    redeem,
    describeCode: (code: string) => {
      const known = codes.get(code);
      return known ? `code ${known.number}` : "unknown";
    },
    issuedCodes: () => [...codes.keys()],
  };
}

const wrongAddress = (what: string) => new Refusal(400, 1, `The app cannot be authorised: ${what}.`);

function isRedirectUri(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && !text.includes("#");
}
