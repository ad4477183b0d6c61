import type { Pinterest, PinterestRequest } from "./client.ts";

/**
 * Asks for one campaign of an ad account: the shortest answer that tells whether it can be read at all, for every role
 * that may read anything about ads may list campaigns. Throws what `Pinterest.get` throws when it cannot.
 */
export async function probeAccount(
  pinterest: Pinterest,
  adAccountId: string,
  options: Required<Pick<PinterestRequest, "signal" | "onCall" | "refusedBefore">>,
): Promise<void> {
  await pinterest.get({
    path: `/ad_accounts/${encodeURIComponent(adAccountId)}/campaigns`,
    query: { page_size: "1" },
    shape: "page",
    category: "ads_read",
    oauthScopes: ["ads:read"],
    ...options,
  });
}
