import { isObject } from "./problem.ts";

/** What the token endpoint granted. */
export interface Grant {
  readonly accessToken: string;
  /** Absent when the refresh token was not replaced. */
  readonly refreshToken: string | undefined;
  readonly accessLifetimeMs: number | undefined;
  /** Epoch milliseconds. */
  readonly refreshExpiresAt: number | undefined;
  readonly scopes: readonly string[] | undefined;
}

/** Reads an answer of the token endpoint; undefined when it holds no access token. `now` in epoch milliseconds. */
export function readGrant(body: unknown, now: number): Grant | undefined {
  if (!isObject(body)) return undefined;
  const { access_token, refresh_token, scope } = body;
  if (typeof access_token !== "string" || access_token === "") return undefined;
  const expiresAt = readSeconds(body.refresh_token_expires_at);
  const lifetime = readSeconds(body.refresh_token_expires_in);
  return {
    accessToken: access_token,
    refreshToken: typeof refresh_token === "string" && refresh_token !== "" ? refresh_token : undefined,
    accessLifetimeMs: readSeconds(body.expires_in),
    refreshExpiresAt: expiresAt ?? (lifetime === undefined ? undefined : now + lifetime),
    scopes: typeof scope === "string" ? scope.split(/[\s,]+/).filter((part) => part !== "") : undefined,
  };
}

/** A positive number of seconds, which Pinterest sends as a number or as text, in milliseconds. */
function readSeconds(value: unknown): number | undefined {
  const seconds = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof seconds === "number" && Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
}
