import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderStatus } from "../../src/commands/status.ts";
import { ConnectorError } from "../../src/errors.ts";
import { pageRoutes } from "../../src/serve/page/routes.ts";
import type { StatusDocument } from "../../src/serve/status/document.ts";
import { reachVerdict } from "../../src/serve/status/verdict.ts";
import { MARKUP, openStatusWorld, type StatusWorld } from "../support/status-world.ts";

let world: StatusWorld;
/** Before any run. */
let empty: StatusDocument;
let document: StatusDocument;

beforeAll(async () => {
  world = await openStatusWorld();
  empty = await world.read();
  await world.run();
  document = await world.read();
});

afterAll(() => world?.[Symbol.asyncDispose]());

function pageOf(shown: StatusDocument) {
  return pageRoutes(async () => shown);
}

async function textOf(shown: StatusDocument): Promise<string> {
  return (await pageOf(shown).request("/")).text();
}

/** How the page writes a text, so that a browser shows it as it is. */
function escapeMarkup(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

test("the server shows the page with all that it refers to, each as what it is", async () => {
  const { url } = await world.serve();
  const answer = await fetch(url);
  expect(answer.headers.get("content-type")).toBe("text/html; charset=UTF-8");
  expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
  const addresses = [...(await answer.text()).matchAll(/(?:href|src|srcset)="(\/[^"]+)"/g)].map(
    ([, address]) => address ?? "",
  );
  const types = new Map<string, number>();
  for (const address of new Set(addresses)) {
    const { status, headers } = await fetch(url + address);
    expect(status, address).toBe(200);
    const type = headers.get("content-type") ?? "";
    types.set(type, (types.get(type) ?? 0) + 1);
  }
  expect(Object.fromEntries(types)).toEqual({
    "text/css; charset=utf-8": 1,
    "application/json; charset=utf-8": 1,
    // The page that reloads.
    "text/html; charset=UTF-8": 1,
    // An icon, and of each chart two sizes, light and dark.
    "image/svg+xml; charset=utf-8": 1 + 4 * 7,
  });
});

test.each([
  "/charts/none-small-light.svg",
  "/charts/rows-huge-light.svg",
  "/charts/rows-small-blue.svg",
  "/charts/rows.svg",
  "/charts/constructor-small-light.svg",
  "/icon-red.svg",
  "/style/page.css",
  "/routes.ts",
])("%s is not there", async (path) => {
  expect((await pageOf(document).request(path)).status).toBe(404);
});

test("status.json is the document", async () => {
  const answer = await pageOf(document).request("/status.json");
  expect(await answer.json()).toEqual(JSON.parse(JSON.stringify(document)));
});

test("names and errors stand escaped wherever they are shown, and nowhere else", async () => {
  const text = await textOf(document);
  const places = text.split(escapeMarkup(MARKUP)).length - 1;
  expect(places).toBeGreaterThan(5);
  expect(text).not.toContain('<img src="/x"');
  expect(text).not.toMatch(/<script/i);
  expect(text).not.toMatch(/ style=| on[a-z]+="/i);
});

test("commands in what to do stand apart, escaped as well", async () => {
  const alert = {
    kind: "stale",
    subject: "x",
    level: null,
    summary: "S",
    details: "D",
    raised_at: document.read_at,
  };
  const next_step = `Type \`a <b> "c"\` or <i>.`;
  const matter = { kind: "stale", points: [{ summary: "S", details: null, next_step }], can_wait: false };
  const verdict = { ...document.verdict, matters: [matter] };
  const text = await textOf({ ...document, verdict, alerts: [{ ...alert, next_step }] });
  const shown = "Type <code>a &lt;b&gt; &quot;c&quot;</code> or &lt;i&gt;.";
  expect(text.split(shown)).toHaveLength(3);
});

test("before the first run it says what to do, and draws nothing", async () => {
  const text = await textOf(empty);
  expect(text).toContain("Nothing is loaded yet");
  expect(text).toMatch(/\d of \d tables never loaded/);
  expect(text).toContain("pinterest-ads sync");
  expect(text).not.toContain("<figure");
});

test("what to do stands with each of several matters, and causes and alerts come before the charts", async () => {
  const points = ["1", "2"].map((id) => ({
    summary: `Account ${id} is off.`,
    details: `Cause ${id}`,
    next_step: `Load ${id}.`,
  }));
  const matters = [{ kind: "not_reconciled", points, can_wait: false }];
  const alerts = points.map((point) => ({
    ...point,
    kind: "not_reconciled",
    subject: point.summary,
    level: null,
    raised_at: document.read_at,
  }));
  const verdict = { ...document.verdict, matters };
  const text = await textOf({ ...document, alerts, verdict });
  const verdictText = text.slice(0, text.indexOf('aria-label="At a glance"'));
  expect(verdictText.match(/Cause \d|Load \d\./g)).toEqual(["Cause 1", "Load 1.", "Cause 2", "Load 2."]);
  expect(text.indexOf('<h2 id="alerts">')).toBeLessThan(text.indexOf('<h2 id="days">'));
});

test("without a token, before any run, page and terminal say how to log in, not that Pinterest refused it", async () => {
  const alert = {
    kind: "token_refused",
    subject: "refresh_token",
    level: null,
    summary: "There is no token.",
    details: null,
    next_step: "Log in.",
    raised_at: document.read_at,
  };
  const books = { ...empty, token: null, alerts: [alert] };
  const text = await textOf({ ...books, verdict: reachVerdict(books) });
  expect(text).toContain("token missing");
  expect(text).not.toContain("token refused");
  expect(text).toContain("Log in with <code>pinterest-ads auth login</code>");
  const terminal = renderStatus({ ...books, verdict: reachVerdict(books) });
  for (const told of ["token missing", "There is no token.", "30 5 * * *", "pinterest-ads auth login"])
    expect(terminal).toContain(told);
});

test("a large warehouse makes no endless page: the worst comes first, and it is told how much is left out", async () => {
  const row = document.freshness.find(({ scope }) => scope === "ad_account");
  if (!row) throw new Error("nothing is loaded");
  const freshness = Array.from({ length: 500 }, (_, index) => ({
    ...row,
    scope_id: String(1000 + index),
    scope_name: `Shop ${index}`,
    state: index === 499 ? ("stale" as const) : ("fresh" as const),
  }));
  const text = await textOf({ ...document, freshness });
  expect(text.match(/<tr><th scope="row"><span class="name" title="Shop \d+">Shop/g)).toHaveLength(60);
  expect(text.indexOf("Shop 499")).toBeLessThan(text.indexOf("Shop 10<"));
  expect(text).toContain("440 more rows");
});

test("alerts about which the same is to be done are told together, and what is to be done once", async () => {
  const alerts = Array.from({ length: 50 }, (_, index) => ({
    kind: "account_shut",
    subject: String(index),
    level: null,
    summary: `Account number ${index} is shut.`,
    details: null,
    next_step: "Ask its owner.",
    raised_at: document.read_at,
  }));
  const text = await textOf({ ...document, alerts });
  const section = text.slice(text.indexOf('<h2 id="alerts">'), text.indexOf('<h2 id="days">'));
  expect(section.match(/Account number \d+ is shut\./g)).toHaveLength(50);
  expect(section.match(/Ask its owner\./g)).toHaveLength(1);
  const open = section.slice(0, section.indexOf("<details>"));
  expect(open.match(/Account number/g)).toHaveLength(3);
  expect(section).toContain("<summary>47 more</summary>");
});

test("the page reloads only where it was asked to, for that closes what a reader has opened", async () => {
  const app = pageOf(document);
  const read = async (address: string) => (await app.request(address)).text();
  expect(await read("/")).not.toContain("http-equiv");
  expect(await read("/?reload")).toContain('<meta http-equiv="refresh" content="60">');
});

describe("reading the warehouse", () => {
  test("happens once for all who ask meanwhile, and for the charts of a page", async () => {
    let reads = 0;
    const app = pageRoutes(async () => {
      reads += 1;
      return document;
    });
    const answers = await Promise.all(Array.from({ length: 20 }, () => app.request("/")));
    await app.request("/charts/rows-small-dark.svg");
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(reads).toBe(1);
  });

  test("that fails is told in words with what to do, and is tried again by the next who asks", async () => {
    const error = new ConnectorError("database_unreachable", "No <connection>.", {
      nextStep: "Start `postgres`.",
    });
    const results = [Promise.reject(error), Promise.resolve(document)];
    const app = pageRoutes(() => results.shift() ?? Promise.reject(error));
    const refusal = await app.request("/");
    expect(refusal.status).toBe(503);
    const text = await refusal.text();
    expect(text).toContain("No &lt;connection&gt;.");
    expect(text).toContain("Start <code>postgres</code>.");
    expect((await app.request("/")).status).toBe(200);
  });

  test("that fails is told to programs as JSON", async () => {
    const app = pageRoutes(async () => {
      throw new ConnectorError("database_unreachable", "No connection.", { nextStep: "Start `postgres`." });
    });
    const answer = await app.request("/status.json");
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({
      error: { code: "database_unreachable", message: "No connection.", next_step: "Start `postgres`." },
    });
  });

  test("that fails for a reason that nobody knows is not told to whoever asks", async () => {
    const { url } = await world.serve({
      page: pageRoutes(() => Promise.reject(new Error("inner workings"))),
    });
    const answer = await fetch(url);
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain("inner workings");
  });
});
