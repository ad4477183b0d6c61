import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { PinterestOptions, ReportRequest } from "../../src/pinterest/client.ts";
import {
  brokenConnection,
  cutFile,
  type FileAnswer,
  file,
  refusal,
  stalledFile,
  startFileServer,
} from "../support/file-server.ts";
import { openClient } from "../support/pinterest-client.ts";
import type { Reply } from "../support/scripted-server.ts";

const BODY = {
  start_date: "2026-01-01",
  end_date: "2026-01-31",
  level: "CAMPAIGN",
  columns: ["SPEND_IN_DOLLAR"],
};
const ROWS = [
  { CAMPAIGN_ID: "549755885175123457", DATE: "2026-01-01", SPEND_IN_DOLLAR: 1.5 },
  { CAMPAIGN_ID: "549755885175123457", DATE: "2026-01-02", SPEND_IN_DOLLAR: 2 },
];
const REPORT =
  '{"549755885175123457":[{"DATE":"2026-01-01","SPEND_IN_DOLLAR":1.5},{"DATE":"2026-01-02","SPEND_IN_DOLLAR":2}]}';
const FINISHED = "FINISHED";
const SIGNATURE = "X-Amz-Signature=SECRET";

/** A client whose reports have, poll by poll, the given states; the last one stays. */
async function openReports(
  polls: readonly (string | Reply)[],
  files: readonly FileAnswer[] = [file(REPORT)],
  options: Partial<PinterestOptions> = {},
) {
  const storage = await startFileServer(...files);
  let created = 0;
  let polled = 0;
  const client = await openClient(({ method }) => {
    if (method === "POST") {
      created += 1;
      return { json: { report_status: "IN_PROGRESS", token: `TOKEN-${created}` } };
    }
    polled += 1;
    const poll = polls[Math.min(polled, polls.length) - 1] ?? FINISHED;
    if (typeof poll !== "string") return poll;
    const url = poll === FINISHED ? `${storage.url}/report-${polled}?${SIGNATURE}` : null;
    return { json: { report_status: poll, url, size: null } };
  }, options);
  const told: string[] = [];
  let calls = 0;

  async function read(request: Partial<ReportRequest> = {}): Promise<unknown[]> {
    let rows: unknown[] = [];
    const batches = client.pinterest.report({
      adAccountId: "549755885175",
      body: BODY,
      idField: "CAMPAIGN_ID",
      oauthScopes: ["ads:read"],
      onToken: async (token) => {
        told.push(`token ${token}`);
      },
      onDownload: async () => {
        told.push("download");
        rows = [];
      },
      onCall: () => {
        calls += 1;
      },
      ...request,
    });
    for await (const batch of batches) rows = [...rows, ...batch];
    return rows;
  }

  return {
    ...client,
    storage,
    told,
    read,
    calls: () => calls,
    created: () => created,
    polled: () => polled,
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]();
      await storage[Symbol.asyncDispose]();
    },
  };
}

test("a report is created, waited for with growing pauses and read", async () => {
  await using reports = await openReports([...Array(6).fill("IN_PROGRESS"), FINISHED]);
  expect(await reports.read()).toEqual(ROWS);
  const [creation, poll] = reports.server.seen;
  expect(creation).toMatchObject({ method: "POST", headers: { "content-type": "application/json" } });
  expect(creation?.url.pathname).toBe("/v5/ad_accounts/549755885175/reports");
  expect(JSON.parse(creation?.body ?? "")).toEqual({ ...BODY, report_format: "JSON" });
  expect(`${poll?.method} ${poll?.url.search}`).toBe("GET ?token=TOKEN-1");
  expect(reports.clock.sleeps).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000]);
  expect(reports.told).toEqual(["token TOKEN-1", "download"]);
  expect(reports.calls()).toBe(8);
});

test("neither token nor link gets into the log, and the download carries no credentials", async () => {
  await using reports = await openReports([FINISHED], [brokenConnection, refusal(403), file(REPORT)]);
  expect(await reports.read()).toEqual(ROWS);
  expect(reports.log()).toContain("pinterest request");
  expect(reports.log()).not.toMatch(/TOKEN-1|SECRET/);
  expect(reports.storage.seen).toHaveLength(3);
  for (const { headers } of reports.storage.seen) expect(headers).not.toHaveProperty("authorization");
});

test.each<[string, string[], number]>([
  ["a failed report", ["FAILED", FINISHED], 2],
  ["a cancelled report", ["IN_PROGRESS", "CANCELLED", FINISHED], 2],
  ["an expired report", ["EXPIRED", FINISHED], 2],
  ["a report forgotten three times", ["DOES_NOT_EXIST", "EXPIRED", "DOES_NOT_EXIST", FINISHED], 4],
  ["a report in a state that is not documented", ["QUEUED", FINISHED], 1],
])("%s is read in the end", async (_name, polls, creations) => {
  await using reports = await openReports(polls);
  expect(await reports.read()).toEqual(ROWS);
  expect(reports.created()).toBe(creations);
  expect(reports.told.filter((told) => told === "token undefined")).toHaveLength(creations - 1);
});

test.each<[string, number]>([
  ["FAILED", 2],
  ["CANCELLED", 2],
  ["EXPIRED", 4],
  ["DOES_NOT_EXIST", 4],
])("a report that stays %s fails after it was created %i times", async (state, creations) => {
  await using reports = await openReports([state]);
  await expect(reports.read()).rejects.toMatchObject({
    code: "report_failed",
    details: { report_status: state },
  });
  expect(reports.created()).toBe(creations);
  expect(reports.told.at(-1)).toBe("token undefined");
});

test("a report that takes too long is given up, but its token stays", async () => {
  await using reports = await openReports(["IN_PROGRESS"]);
  const start = reports.clock.now();
  await expect(reports.read({ timeoutMs: 60_000 })).rejects.toMatchObject({ code: "report_timeout" });
  // The first pause comes with the creation, before the time is counted for waiting.
  expect(reports.clock.now() - start).toBeGreaterThanOrEqual(60_000);
  expect(reports.clock.now() - start).toBeLessThanOrEqual(61_000);
  expect(reports.told).toEqual(["token TOKEN-1"]);
});

test("a report left running is taken up without paying again", async () => {
  await using reports = await openReports(["IN_PROGRESS", FINISHED]);
  expect(await reports.read({ token: "OLD" })).toEqual(ROWS);
  expect(reports.created()).toBe(0);
  expect(reports.server.seen[0]?.url.search).toBe("?token=OLD");
  expect(reports.told).toEqual(["download"]);
  expect(reports.clock.sleeps).toEqual([1_000]);
});

test.each<[string, string | Reply]>([
  ["expired", "EXPIRED"],
  ["unknown", "DOES_NOT_EXIST"],
  ["failed", "FAILED"],
  ["cancelled", "CANCELLED"],
  ["refused with 400", { status: 400, json: { code: 400, message: "Invalid token" } }],
  ["refused with 404", { status: 404, json: { code: 404, message: "Report not found" } }],
])(
  "a report left running that is %s is created anew, which does not count as a failure",
  async (_name, poll) => {
    await using reports = await openReports([poll, "FAILED", FINISHED]);
    expect(await reports.read({ token: "OLD" })).toEqual(ROWS);
    expect(reports.told).toEqual([
      "token undefined",
      "token TOKEN-1",
      "token undefined",
      "token TOKEN-2",
      "download",
    ]);
  },
);

test.each<[string, object]>([
  ["with the link null", { url: null }],
  ["with an empty link", { url: "" }],
  ["without a link", {}],
])("a finished report %s has no rows", async (_name, answer) => {
  await using reports = await openReports([{ json: { report_status: FINISHED, ...answer } }]);
  expect(await reports.read()).toEqual([]);
  expect(reports.storage.seen).toEqual([]);
});

test.each(["", "\n", "{}", "[]"])("a file with the content %j has no rows", async (content) => {
  await using reports = await openReports([FINISHED], [file(content)]);
  expect(await reports.read()).toEqual([]);
  expect(reports.told).toEqual(["token TOKEN-1", "download"]);
});

const LONG_REPORT = `{"1":[${Array.from({ length: 2_000 }, (_, n) => `{"N":${n},"TEXT":"${"x".repeat(500)}"}`)}]}`;

test.each<[string, FileAnswer]>([
  ["breaks off", cutFile(LONG_REPORT, { "content-length": String(LONG_REPORT.length) })],
  ["breaks off without saying how long it is", cutFile(LONG_REPORT)],
  ["breaks off while it is compressed", cutFile(gzipSync(LONG_REPORT), { "content-encoding": "gzip" })],
  ["ends early", file(LONG_REPORT.slice(0, -100_000))],
  ["is garbage", file("<html></html>")],
  ["is not compressed as it says", file("{}", { "content-encoding": "gzip" })],
  ["stalls", stalledFile(LONG_REPORT)],
  ["is not sent at all", () => undefined],
  ["meets a broken connection", brokenConnection],
  ["meets a server error", refusal(503)],
])("a download that %s is repeated from the first row, by the same link", async (_name, fault) => {
  const options = { downloadTimeouts: { connect: 5_000, idle: 100 } };
  await using reports = await openReports([FINISHED], [fault, fault, file(LONG_REPORT)], options);
  const rows = await reports.read();
  expect(rows.map((row) => (row as { N: number }).N)).toEqual(Array.from({ length: 2_000 }, (_, n) => n));
  expect(reports.told).toEqual(["token TOKEN-1", "download", "download", "download"]);
  expect(reports.polled()).toBe(1);
  expect(reports.clock.sleeps).toEqual([1_000, 500, 1_000]);
});

test.each([400, 403, 404, 410])("a link that the file server answers with %i is replaced", async (status) => {
  await using reports = await openReports([FINISHED], [refusal(status), file(REPORT)]);
  expect(await reports.read()).toEqual(ROWS);
  expect(reports.created()).toBe(1);
  expect(reports.storage.seen.map(({ url }) => url)).toEqual([
    `/report-1?${SIGNATURE}`,
    `/report-2?${SIGNATURE}`,
  ]);
});

test("a link that may have run out is replaced before it is used again", async () => {
  await using reports = await openReports(
    [FINISHED],
    [
      (response) => {
        reports.clock.advance(5 * 60_000);
        response.socket?.destroy();
      },
      file(REPORT),
    ],
  );
  expect(await reports.read()).toEqual(ROWS);
  expect(reports.polled()).toBe(2);
});

test("a report that is forgotten between two downloads is created again", async () => {
  await using reports = await openReports([FINISHED, "EXPIRED", FINISHED], [refusal(403), file(REPORT)]);
  expect(await reports.read()).toEqual(ROWS);
  expect(reports.created()).toBe(2);
});

test("rows of a download that broke off are void even if the report turns out to have none", async () => {
  const empty: Reply = { json: { report_status: FINISHED, url: null } };
  const head = LONG_REPORT.slice(0, -100_000);
  await using reports = await openReports(
    [FINISHED, "EXPIRED", empty],
    [
      (response) => {
        reports.clock.advance(5 * 60_000);
        file(head)(response);
      },
    ],
  );
  expect(await reports.read()).toEqual([]);
  expect(reports.told.at(-1)).toBe("download");
});

test.each<[string, FileAnswer, string]>([
  ["breaks off", cutFile(REPORT), "pinterest_unreachable"],
  ["is garbage", file("<html></html>"), "invalid_response"],
  ["is refused", refusal(403), "pinterest_error"],
])("a download that %s each time fails after six, without telling the link", async (_name, answer, code) => {
  await using reports = await openReports([FINISHED], [answer]);
  const error: unknown = await reports.read().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code, nextStep: expect.any(String) });
  expect(reports.storage.seen).toHaveLength(6);
  const { message, stack, cause, details } = error as Error & { details: unknown };
  expect(JSON.stringify([message, stack, cause, details])).not.toMatch(/SECRET|report-\d/);
});

test("compressed files are read, and redirects followed without credentials", async () => {
  await using target = await startFileServer(file(gzipSync(REPORT), { "content-encoding": "gzip" }));
  await using reports = await openReports([FINISHED], [refusal(307, { location: `${target.url}/moved` })]);
  expect(await reports.read()).toEqual(ROWS);
  const [seen] = target.seen;
  expect(seen?.headers["accept-encoding"]).toContain("gzip");
  expect(seen?.headers).not.toHaveProperty("authorization");
});

test("a link that is no web address is refused", async () => {
  await using reports = await openReports([{ json: { report_status: FINISHED, url: "file:///etc/passwd" } }]);
  await expect(reports.read()).rejects.toMatchObject({ code: "invalid_response" });
});

test("stopping ends a download at once", async () => {
  const stop = new AbortController();
  await using reports = await openReports(
    [FINISHED],
    [
      (response) => {
        stalledFile(LONG_REPORT)(response);
        stop.abort();
      },
    ],
  );
  await expect(reports.read({ signal: stop.signal })).rejects.toMatchObject({ code: "interrupted" });
  expect(reports.storage.seen).toHaveLength(1);
});

test("a reader that stops early leaves no download behind", async () => {
  const closed = Promise.withResolvers<void>();
  await using reports = await openReports(
    [FINISHED],
    [
      (response) => {
        response.once("close", () => closed.resolve());
        stalledFile(LONG_REPORT)(response);
      },
    ],
  );
  const batches = reports.pinterest.report({
    adAccountId: "1",
    body: BODY,
    oauthScopes: [],
    onToken: async () => undefined,
    onDownload: async () => undefined,
  });
  for await (const _batch of batches) break;
  await closed.promise;
});
