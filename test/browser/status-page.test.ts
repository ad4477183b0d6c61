import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { pageRoutes } from "../../src/serve/page/routes.ts";
import type { StatusDocument } from "../../src/serve/status/document.ts";
import { reachVerdict } from "../../src/serve/status/verdict.ts";
import { launchChromium, openPage } from "../support/browser.ts";
import { contrast } from "../support/color.ts";
import { startScriptedServer } from "../support/scripted-server.ts";
import { MARKUP, openStatusWorld, type StatusWorld } from "../support/status-world.ts";

import {
  countSilent,
  insertMarkup,
  openDetails,
  readImages,
  readOverflow,
  readScrolling,
  readTexts,
} from "./in-page.js";

/** A common small phone. */
const PHONE = { width: 360, height: 740 };
const DESKTOP = { width: 1280, height: 900 };
const LOGIN = { user: "ops", password: "correct horse" };

let found: Browser | undefined;
let world: StatusWorld;
let url: string;

beforeAll(async () => {
  found = await launchChromium();
  if (!found) return;
  world = await openStatusWorld();
  await world.run();
  url = (await world.serve()).url;
});

beforeEach(({ skip }) => skip(found === undefined, "there is no Chromium"));

afterAll(async () => {
  await found?.close();
  await world?.[Symbol.asyncDispose]();
});

function browser(): Browser {
  if (!found) throw new Error("there is no Chromium");
  return found;
}

test("whoever opens the page reads first whether anything needs them, and finds all its parts by their headings", async () => {
  await using opened = await openPage(browser(), { viewport: DESKTOP });
  const { page, complaints } = opened;
  await page.goto(url);
  expect(await page.title()).toMatch(/^1 thing needs you/);
  const verdict = page.getByRole("heading", { level: 1 });
  expect(await verdict.textContent()).toMatch(/1 thing needs you/);
  expect((await verdict.boundingBox())?.y).toBeLessThan(150);
  expect(await page.getByRole("region", { name: "1 thing needs you" }).textContent()).toContain(
    "What to do:",
  );
  const headings = await page.getByRole("heading", { level: 2 }).allTextContents();
  expect(headings).toEqual([
    "Last 60 days",
    "Freshness",
    "Last runs",
    "Load of the last runs",
    "Schedules",
    "Token",
    "Do the levels add up?",
    "Rejected records",
  ]);
  const runs = page.getByRole("table", { name: "The last runs, the newest first" });
  expect(await runs.getByRole("row").count()).toBe(2);
  expect(await runs.getByRole("row").nth(1).innerText()).toMatch(/partial\s+entities, catalogs, analytics/);
  expect(await page.getByRole("table", { name: "Schedules" }).innerText()).toContain("30 5 * * *");
  expect(await page.getByRole("table", { name: /by ad account and resource/ }).innerText()).toMatch(
    /Account 2 .*\n/,
  );
  expect(await page.getByRole("main").innerText()).toContain("never");
  expect(complaints).toEqual([]);
});

test.each([
  ["light", DESKTOP, "medium"],
  ["dark", DESKTOP, "medium"],
  ["light", PHONE, "small"],
  ["dark", PHONE, "small"],
] as const)(
  "every chart is drawn in %s on %o, and says in words what it shows",
  async (colorScheme, viewport, size) => {
    await using opened = await openPage(browser(), { viewport, colorScheme });
    const { page, complaints } = opened;
    await page.goto(url);
    const images = await page.evaluate(readImages);
    expect(images.map(({ name }) => name)).toEqual(
      ["spend-1", "spend-2", "spend-3", "impressions", "conversions", "rows", "calls"].map(
        (name) => `${name}-${size}-${colorScheme}.svg`,
      ),
    );
    for (const { name, width, alt } of images) {
      expect(width, name).toBeGreaterThan(300);
      expect(alt, name).toMatch(/\d/);
      const svg = await (await fetch(`${url}/charts/${name}`)).text();
      expect(svg.match(/<path/g)?.length, name).toBeGreaterThan(4);
    }
    expect(complaints).toEqual([]);
  },
);

test.each([320, 360, 768])("at a width of %i nothing stands out of the page", async (width) => {
  await using opened = await openPage(browser(), { viewport: { width, height: 800 } });
  const { page } = opened;
  await page.goto(url);
  await page.evaluate(openDetails);
  expect(await page.evaluate(readOverflow)).toEqual({ page: 0, parts: [] });
});

describe("a name of 150 characters without a blank", () => {
  const NAME = "Extraordinarily".repeat(10);
  let crowded: string;

  beforeAll(async () => {
    if (!found) return;
    const document = await world.read();
    const alert = {
      kind: "account_shut",
      subject: "1",
      level: null,
      summary: `Ad account ${NAME} is shut.`,
      details: NAME,
      next_step: "Ask its owner.",
      raised_at: document.read_at,
    };
    const crowd: StatusDocument = {
      ...document,
      freshness: document.freshness.map((row) => ({ ...row, scope_name: NAME })),
      daily: {
        ...document.daily,
        accounts: document.daily.accounts.map((account) => ({ ...account, name: NAME })),
      },
      reconciliation_by_account: document.reconciliation_by_account.map((row) => ({ ...row, name: NAME })),
      alerts: [alert],
    };
    const verdict = reachVerdict(crowd);
    crowded = (await world.serve({ page: pageRoutes(async () => ({ ...crowd, verdict })) })).url;
  });

  test("pushes no column out of sight on a desktop, numbers of charts included", async () => {
    await using opened = await openPage(browser(), { viewport: DESKTOP });
    await opened.page.goto(crowded);
    await opened.page.evaluate(openDetails);
    expect(await opened.page.evaluate(readScrolling)).toEqual([]);
    expect(await opened.page.evaluate(readOverflow)).toEqual({ page: 0, parts: [] });
  });

  test("leaves alerts whole on a phone, where the cause is on the first screen", async () => {
    await using opened = await openPage(browser(), { viewport: PHONE });
    const { page } = opened;
    await page.goto(crowded);
    expect(await page.evaluate(readOverflow)).toEqual({ page: 0, parts: [] });
    expect(await page.evaluate(readScrolling)).not.toContain("Open alerts");
    const cause = await page.locator(".verdict .cause-lines").first().boundingBox();
    expect(cause?.y).toBeLessThan(PHONE.height);
  });
});

test("light and dark differ, and every text can be read in both", async () => {
  const grounds: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await using opened = await openPage(browser(), { viewport: DESKTOP, colorScheme });
    await opened.page.goto(url);
    const texts = await opened.page.evaluate(readTexts);
    expect(texts.length).toBeGreaterThan(200);
    for (const { text, color, ground } of texts)
      expect(contrast(color, ground), `${text}: ${color} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    grounds.push(texts[0]?.ground ?? "");
  }
  expect(grounds[0]).not.toBe(grounds[1]);
});

test("markup in the names of ad accounts and campaigns and in an error is text, and makes no element", async () => {
  await using opened = await openPage(browser(), { viewport: DESKTOP });
  const { page, complaints, requests } = opened;
  await page.goto(url);
  await page.evaluate(openDetails);
  const account = page
    .getByRole("table", { name: /by ad account and resource/ })
    .getByText(MARKUP, { exact: true });
  expect(await account.isVisible()).toBe(true);
  expect(await page.locator(".legend li").filter({ hasText: MARKUP }).count()).toBeGreaterThan(0);
  const reason = page.locator(".reason").filter({ hasText: MARKUP }).first();
  expect(await reason.isVisible()).toBe(true);
  expect(await page.locator("script, img:not(figure img), iframe, object, style, b").count()).toBe(0);
  expect(await page.title()).not.toContain("taken");
  expect(requests.every((address) => address.startsWith(url))).toBe(true);
  expect(requests.filter((address) => new URL(address).pathname === "/x")).toEqual([]);
  expect(complaints).toEqual([]);
});

test("markup that got onto the page all the same could neither run nor fetch: the browser refuses", async () => {
  await using elsewhere = await startScriptedServer(() => ({}));
  await using opened = await openPage(browser());
  const { page, complaints } = opened;
  await page.goto(url);
  await page.evaluate(
    insertMarkup,
    `${MARKUP}<img src="${elsewhere.url}"><link rel="stylesheet" href="${elsewhere.url}">`,
  );
  const refused = () => complaints.filter((text) => text.includes("Content Security Policy"));
  // The picture, the sheet, the script, and what the picture that is not there would do.
  await expect.poll(() => refused().length).toBeGreaterThanOrEqual(4);
  expect(await page.title()).not.toContain("taken");
  expect(elsewhere.seen).toEqual([]);
});

test("without JavaScript all is there, and details open", async () => {
  await using opened = await openPage(browser(), { javaScriptEnabled: false, viewport: PHONE });
  const { page } = opened;
  await page.goto(url);
  const numbers = page.getByRole("figure", { name: "Daily impressions" });
  const table = numbers.getByRole("table");
  expect(await table.isVisible()).toBe(false);
  await numbers.getByText("Numbers").click();
  expect(await table.isVisible()).toBe(true);
  expect(await table.getByRole("row").count()).toBe(61);
  const box = await numbers.getByRole("img").boundingBox();
  expect(box?.width).toBeGreaterThan(250);
});

test("tables and images speak to those who hear them", async () => {
  await using opened = await openPage(browser());
  const { page } = opened;
  await page.goto(url);
  expect(await page.evaluate(countSilent)).toEqual({ tables: 0, headings: 0, images: 0, boxes: 0 });
  expect(await page.locator("html").getAttribute("lang")).toBe("en");
  for (const role of ["banner", "main", "contentinfo"] as const)
    expect(await page.getByRole(role).count()).toBe(1);
});

describe("behind a login", () => {
  test.each([
    ["a wrong password shows nothing", "wrong", 401],
    ["the right password shows the page with its charts", LOGIN.password, 200],
  ])("%s", async (_name, password, status) => {
    const server = await world.serve({ login: LOGIN });
    await using opened = await openPage(browser(), { httpCredentials: { username: LOGIN.user, password } });
    const { page } = opened;
    const answer = await page.goto(server.url);
    expect(answer?.status()).toBe(status);
    expect(await page.getByText("Freshness").count()).toBe(status === 200 ? 1 : 0);
    if (status === 200)
      expect((await page.evaluate(readImages)).every(({ width }) => width > 300)).toBe(true);
    else expect((await fetch(`${server.url}/status.json`)).status).toBe(401);
  });
});
