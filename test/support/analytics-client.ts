import type { Simulator } from "../../src/simulator/simulator.ts";

/** A row as it came; ids that JavaScript cannot hold are texts. */
export type AnalyticsRow = Record<string, unknown>;

export interface PollAnswer {
  report_status: string;
  url: string | null;
  size: number | null;
}

const MS_PER_DAY = 86_400_000;

/** The day so many days before the one that holds `milliseconds`. */
export const daysBefore = (milliseconds: number, days: number): string =>
  new Date(milliseconds - days * MS_PER_DAY).toISOString().slice(0, 10);

/** Numbers that are too large for JavaScript become texts, so that no id is rounded. */
export function parseRows(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context: { source?: string }) =>
    typeof value === "number" && !Number.isSafeInteger(value) && /^\d+$/.test(context.source ?? "")
      ? context.source
      : value,
  );
}

/** A GET of metrics with parameters; lists are comma-joined. */
export async function askMetrics(
  { url, accessToken }: Simulator,
  path: string,
  parameters: Record<string, string | number | readonly string[]>,
): Promise<{ status: number; text: string; body: unknown }> {
  const query = new URLSearchParams(
    Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]),
  );
  const response = await fetch(`${url}${path}?${query}`, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type") === "application/json";
  return { status: response.status, text, body: isJson ? parseRows(text) : undefined };
}

/** Orders a report. */
export async function orderReport(
  { url, accessToken }: Simulator,
  adAccountId: string,
  body: unknown,
): Promise<{ status: number; body: { token: string; code: number; message: string } }> {
  const response = await fetch(`${url}/ad_accounts/${adAccountId}/reports`, {
    method: "POST",
    headers: { authorization: `Bearer ${accessToken}`, "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const isJson = response.headers.get("content-type") === "application/json";
  return { status: response.status, body: (isJson ? await response.json() : {}) as never };
}

export async function pollReport(
  { url, accessToken }: Simulator,
  adAccountId: string,
  token: string,
): Promise<PollAnswer> {
  const response = await fetch(
    `${url}/ad_accounts/${adAccountId}/reports?token=${encodeURIComponent(token)}`,
    {
      headers: { authorization: `Bearer ${accessToken}` },
    },
  );
  return (await response.json()) as PollAnswer;
}

/** The address of a report's file: ordered, polled until it is there. */
export async function fetchReportUrl(
  simulator: Simulator,
  adAccountId: string,
  body: unknown,
  pollsAtMost = 4,
): Promise<string> {
  const { body: order } = await orderReport(simulator, adAccountId, body);
  for (let nth = 0; nth < pollsAtMost; nth++) {
    const { report_status, url } = await pollReport(simulator, adAccountId, order.token);
    if (report_status === "FINISHED" && url !== null) return url;
  }
  throw new Error(`the report did not finish within ${pollsAtMost} polls: ${order.message}`);
}

/** The rows of a report that is nested by id. */
export async function fetchReport(
  simulator: Simulator,
  adAccountId: string,
  body: unknown,
): Promise<AnalyticsRow[]> {
  const response = await fetch(await fetchReportUrl(simulator, adAccountId, body));
  const groups = parseRows(await response.text()) as Record<string, AnalyticsRow[]>;
  return Object.values(groups).flat();
}
