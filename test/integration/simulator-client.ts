import type { ApiRecord } from "../../src/simulator/json.ts";
import type { Simulator } from "../../src/simulator/simulator.ts";

export const EVERY_STATUS = "entity_statuses=ACTIVE,PAUSED,ARCHIVED,DRAFT,DELETED_DRAFT";

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  body: { items: ApiRecord[]; bookmark: string | null; code: number; message: string };
}

/** One GET with the access token of the start, or another one. */
export async function ask(
  { url, accessToken }: Simulator,
  path: string,
  options: { token?: string | null; signal?: AbortSignal } = {},
): Promise<Answer> {
  const token = options.token === undefined ? accessToken : options.token;
  const response = await fetch(`${url}${path}`, {
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type") === "application/json";
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? parse(text) : parse("{}"),
  };
}

function parse(text: string): Answer["body"] {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    return { items: [], bookmark: null, code: 0, message: "not JSON" };
  }
}

/** Follows bookmarks to the end, at most so many pages. */
export async function askAll(simulator: Simulator, path: string, pagesAtMost = 100): Promise<ApiRecord[]> {
  const items: ApiRecord[] = [];
  let bookmark: string | null = "";
  for (let page = 0; page < pagesAtMost && bookmark !== null; page++) {
    const next: string = bookmark === "" ? "" : `&bookmark=${encodeURIComponent(bookmark)}`;
    const { body } = await ask(simulator, `${path}${path.includes("?") ? "" : "?"}${next}`);
    items.push(...body.items);
    bookmark = body.bookmark;
  }
  return items;
}

export const idsOf = (records: readonly ApiRecord[]) => records.map(({ id }) => id);

/** Presents a refresh token. */
export async function refresh(
  { url, appId, appSecret }: Simulator,
  refreshToken: string,
  form: Record<string, string> = {},
  secret = appSecret,
) {
  const response = await fetch(`${url}/oauth/token`, {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(`${appId}:${secret}`).toString("base64")}` },
    body: new URLSearchParams({ grant_type: "refresh_token", refresh_token: refreshToken, ...form }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}

/** The first of a list that a test cannot do without. */
export function first<T>(list: readonly T[]): T {
  const [head] = list;
  if (head === undefined) throw new Error("the list is empty");
  return head;
}
