import type { Pinterest } from "./client.ts";

/** An ad account as far as finding out what a token sees needs it. */
export interface VisibleAccount {
  readonly id: string;
  readonly name: string;
  readonly ownerUserId: string | null;
  readonly permissions: readonly string[];
}

/** The ad accounts that the token sees, each once (GET /ad_accounts, shared ones included). Loads nothing. */
export async function listAccounts(pinterest: Pinterest, signal: AbortSignal): Promise<VisibleAccount[]> {
  const accounts = new Map<string, VisibleAccount>();
  const pages = pinterest.list({
    path: "/ad_accounts",
    query: { include_shared_accounts: "true" },
    category: "ads_read",
    oauthScopes: ["ads:read"],
    signal,
  });
  for await (const page of pages)
    for (const account of page.items.flatMap(readAccount)) accounts.set(account.id, account);
  return [...accounts.values()];
}

function readAccount(item: unknown): VisibleAccount[] {
  if (typeof item !== "object" || item === null || !("id" in item)) return [];
  const record: Record<string, unknown> = { ...item };
  const owner = typeof record.owner === "object" && record.owner !== null ? record.owner : {};
  return [
    {
      id: String(record.id),
      name: typeof record.name === "string" ? record.name : "",
      ownerUserId: "id" in owner ? String(owner.id) : null,
      permissions: Array.isArray(record.permissions) ? record.permissions.map(String) : [],
    },
  ];
}
