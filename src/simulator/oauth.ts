import { createHash } from "node:crypto";
import { createConsents } from "./consent.ts";
import { authenticationFailed, grantRefused } from "./refusal.ts";

export interface OAuthOptions {
  seed: number;
  appId: string;
  appSecret: string;
  refreshToken: string;
  accessToken: string;
  /** Life of an access token. */
  accessTokenSeconds: number;
  now: () => number;
}

/** How often one refresh token was presented; more than once means that a client lost a rotated token. */
export interface RefreshTokenUse {
  token: string;
  generation: number;
  uses: number;
}

export interface AccessToken {
  generation: number;
  /** Milliseconds since 1970. */
  expiresAt: number;
  revoked: boolean;
  /** Requests it was accepted for. */
  served: number;
}

/** 60 days, the life of a continuous refresh token. */
const REFRESH_TOKEN_SECONDS = 5_184_000;
const MS_PER_SECOND = 1000;
export const ALL_SCOPES = ["ads:read", "catalogs:read", "user_accounts:read"] as const;

export type OAuth = ReturnType<typeof createOAuth>;

/**
 * Issues and checks tokens the way Pinterest documents it, with the stricter reading where it is silent:
 * a refresh token works once, every refresh answers with a new one.
 */
export function createOAuth(options: OAuthOptions) {
  const accessTokens = new Map<string, AccessToken>();
  const refreshTokens = new Map<string, RefreshTokenUse>();
  let generation = 0;
  let liveRefreshToken: string | null = options.refreshToken;
  let scopes: readonly string[] = ALL_SCOPES;
  const consents = createConsents(options, ALL_SCOPES);
  const expected = `Basic ${Buffer.from(`${options.appId}:${options.appSecret}`).toString("base64")}`;

  refreshTokens.set(options.refreshToken, { token: options.refreshToken, generation: 0, uses: 0 });
  addAccessToken(options.accessToken);

  function addAccessToken(token: string): void {
    const expiresAt = options.now() + options.accessTokenSeconds * MS_PER_SECOND;
    accessTokens.set(token, { generation, expiresAt, revoked: false, served: 0 });
  }

  function makeToken(prefix: string): string {
    const { seed, refreshToken } = options;
    const digest = createHash("sha256").update(JSON.stringify([prefix, seed, generation, refreshToken]));
    return `${prefix}_${digest.digest("base64url")}`;
  }

  /** POST /oauth/token. Throws the refusal; otherwise the body of the answer. */
  function grant(authorization: string | undefined, form: URLSearchParams) {
    if (authorization !== expected) throw authenticationFailed();
    const type = form.get("grant_type");
    if (type === "authorization_code") {
      const asked = consents.redeem(form);
      return rotate(
        type,
        scopes.filter((scope) => asked.includes(scope)),
      );
    }
    if (type !== "refresh_token") throw grantRefused("Unsupported grant_type.");
    checkRefresh(form);
    return rotate(type, scopes);
  }

  function checkRefresh(form: URLSearchParams): void {
    const presented = form.get("refresh_token") ?? "";
    const use = refreshTokens.get(presented);
    if (use) use.uses++;
    if (presented === "" || presented !== liveRefreshToken) {
      throw grantRefused("The refresh token is invalid, expired or was used before.");
    }
    const asked = (form.get("scope") ?? "").split(/[\s,]+/).filter((scope) => scope !== "");
    const refused = asked.filter((scope) => !scopes.includes(scope));
    if (refused.length > 0) throw grantRefused(`Scope not granted to this app: ${refused.join(" ")}`);
  }

  /** New tokens; the refresh token before them is void, whichever way they were asked for. */
  function rotate(responseType: string, granted: readonly string[]) {
    generation++;
    const accessToken = makeToken("pina");
    const refreshToken = makeToken("pinr");
    addAccessToken(accessToken);
    refreshTokens.set(refreshToken, { token: refreshToken, generation, uses: 0 });
    liveRefreshToken = refreshToken;
    return {
      response_type: responseType,
      access_token: accessToken,
      token_type: "bearer",
      expires_in: options.accessTokenSeconds,
      scope: granted.join(" "),
      refresh_token: refreshToken,
      refresh_token_expires_in: REFRESH_TOKEN_SECONDS,
      refresh_token_expires_at: Math.floor(options.now() / MS_PER_SECOND) + REFRESH_TOKEN_SECONDS,
    };
  }

  /** The access token of a request, even one that no longer works; undefined when unknown. */
  function findAccessToken(authorization: string | undefined): AccessToken | undefined {
    return accessTokens.get(/^Bearer (.+)$/.exec(authorization ?? "")?.[1] ?? "");
  }

  /** Throws 401 code 2 unless the token was issued here, has not expired and was not revoked. */
  function checkAccessToken(token: AccessToken | undefined): void {
    if (token === undefined || token.revoked || token.expiresAt <= options.now())
      throw authenticationFailed();
    token.served++;
  }

  return {
    grant,
    /** GET /oauth/: where the browser is sent, with a code. Throws what is wrong with the address. */
    consent: consents.give,
    findAccessToken,
    checkAccessToken,
    hasScope: (scope: string) => scopes.includes(scope),
    setScopes: (granted: readonly string[]) => {
      scopes = [...granted];
    },
    revokeAccessTokens: () => {
      for (const token of accessTokens.values()) token.revoked = true;
    },
    revokeRefreshTokens: () => {
      liveRefreshToken = null;
    },
    describeRefreshToken: (token: string) => {
      const use = refreshTokens.get(token);
      return use ? `generation ${use.generation}` : "unknown";
    },
    describeCode: consents.describeCode,
    refreshTokensUsed: () => [...refreshTokens.values()].filter(({ uses }) => uses > 0),
    /** Tokens and codes. */
    issuedSecrets: () => [...accessTokens.keys(), ...refreshTokens.keys(), ...consents.issuedCodes()],
  };
}
