import { ConnectorError } from "../errors.ts";
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

/** The error of a token that sees none: nothing can be loaded with it. */
export function noAccountVisible(): ConnectorError {
  return new ConnectorError("account_not_visible", "The token sees no ad account", {
    nextStep:
      "Run `pinterest-ads auth login` as a Pinterest user who has a role on the ad account; one that is given in PINTEREST_ACCESS_TOKEN must be replaced there.",
  });
}

function readAccount(item: unknown): VisibleAccount[] {
  const record = asObject(item);
  const id = readId(record.id);
  if (id === undefined) return [];
  return [
    {
      id,
      name: typeof record.name === "string" ? record.name : "",
      ownerUserId: readId(asObject(record.owner).id) ?? null,
      permissions: Array.isArray(record.permissions) ? record.permissions.filter(isText) : [],
    },
  ];
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** Documented as text; one that comes as a number was kept with all its digits. */
function readId(value: unknown): string | undefined {
  if (isText(value)) return value;
  if (typeof value === "number" && Number.isInteger(value)) return String(value);
  return typeof value === "object" && value !== null && JSON.isRawJSON(value) ? value.rawJSON : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
