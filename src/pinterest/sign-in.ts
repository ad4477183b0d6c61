import { ConnectorError } from "../errors.ts";
import { systemClock } from "./clock.ts";
import { type Consent, exchangeCode } from "./code-exchange.ts";
import { DEFAULT_TIMEOUTS, openHttp } from "./http.ts";
import { throwIfAborted } from "./interrupted.ts";
import { seedFingerprint } from "./token-chain.ts";
import { saveDurably } from "./token-save.ts";
import { nextSet } from "./token-set.ts";
import type { TokenSet } from "./token-store.ts";
import type { TokensOptions } from "./tokens.ts";

const MAX_ATTEMPTS = 6;

/**
 * Begins a new chain of tokens with a user's consent; when it resolves, they are committed to the store, and any
 * earlier refusal is over. Nobody else refreshes meanwhile, so that no older chain can replace the new one.
 * The signal ends the waiting before the code is sent; afterwards the tokens are saved first.
 * Rejects with `login_failed`, `token_not_saved`, `interrupted` or what the request met (see `exchangeCode`).
 */
export async function signIn(
  options: TokensOptions,
  consent: Consent,
  signal: AbortSignal,
): Promise<TokenSet> {
  const { store, clock = systemClock, random = Math.random, maxAttempts = MAX_ATTEMPTS } = options;
  const http = openHttp({ version: options.version, timeouts: options.timeouts ?? DEFAULT_TIMEOUTS });
  const endpoint = { ...options, http, clock, random, maxAttempts, closing: signal };
  try {
    return await store.exclusively(async () => {
      throwIfAborted(signal);
      const grant = await exchangeCode(endpoint, consent);
      const { refreshToken } = grant;
      if (refreshToken === undefined) throw noRefreshToken();
      const set = nextSet(grant, { refreshToken, tokens: undefined }, clock.now());
      await saveDurably(() => store.save(chooseSeed(options, set), set), clock, options.logger);
      options.logger.info("pinterest login completed");
      return set;
    }, signal);
  } finally {
    http.close();
  }
}

/**
 * A configured token replaces a stored chain that did not start with it. The new chain counts as started with it, or
 * the next run would go back to the configured token, which is the older one.
 */
function chooseSeed({ appId, seedRefreshToken }: TokensOptions, { refreshToken }: TokenSet): string {
  return seedFingerprint(appId, seedRefreshToken ?? refreshToken);
}

function noRefreshToken(): ConnectorError {
  return new ConnectorError("invalid_response", "Pinterest answered the login without a refresh token", {
    nextStep: "Check that PINTEREST_API_URL is Pinterest's; if it is, ask Pinterest's support about the app.",
  });
}
